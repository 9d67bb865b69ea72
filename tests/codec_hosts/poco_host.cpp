// SPDX-License-Identifier: Apache-2.0
//
// A program that uses Poco::Data::SQLite, as many C++ services do, before and after the codec.
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <string>

#include "tests/codec_hosts/host.h"
#include "tests/codec_hosts/probe.h"

int main() {
  using Poco::Data::Keywords::into;
  using Poco::Data::Keywords::now;
  const host::Folder folder;
  Poco::Data::SQLite::Connector::registerConnector();
  {
    Poco::Data::Session session("SQLite", folder.file("host.db"));
    session << "CREATE TABLE mine(v)", now;
    session << "INSERT INTO mine VALUES('clear host row')", now;

    for (int i = 0; i < 3; ++i) {
      const int outcome = meisai_codec_probe(folder.path().c_str());
      host::expect(outcome == 0, "the probe", outcome);
    }

    int count = 0;
    session << "INSERT INTO mine VALUES('after the codec')", now;
    session << "SELECT count(*) FROM mine", into(count), now;
    host::expect(count == 2, "the host's rows are all there", count);
  }
  Poco::Data::SQLite::Connector::unregisterConnector();
  host::expect(host::bytes_of(folder.file("host.db")).starts_with("SQLite format 3"), "the host writes clear text");
  return 0;
}
