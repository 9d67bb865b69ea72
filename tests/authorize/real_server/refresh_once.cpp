// SPDX-License-Identifier: Apache-2.0
//
// Refreshes the tokens of a place once and prints what came of it. Its parent kills it at a random moment.
#include <chrono>
#include <iostream>

#include "tests/authorize/real_server/linked_place.h"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  try {
    meisai::test::LinkedPlace place(arguments[1]);
    place.limits.token_call = std::chrono::seconds(5);
    std::cout << "begun" << std::endl;
    auto authorizer = place.authorizer();
    const auto tokens = authorizer.refresh(place.connection());
    std::cout << (tokens ? std::string_view("done") : name_of(tokens.error().code)) << std::endl;
    return 0;
  } catch (const std::exception& problem) {
    std::cout << problem.what() << std::endl;
    return 1;
  }
}
