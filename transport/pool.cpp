// SPDX-License-Identifier: Apache-2.0
//
// libcurl's socket interface: it says what it waits for, we wait for all pools in one poll.
#include "transport/pool.h"

#include <curl/curl.h>
#include <poll.h>

#include <new>
#include <utility>

#include "transport/transfer.h"

namespace meisai::transport {
namespace {

constexpr std::size_t spare_slots = 8;
constexpr std::size_t kept_body_memory = std::size_t{1} << 20U;

int on_socket(CURL* easy, curl_socket_t fd, int what, void* pool, void*) noexcept {
  try {
    static_cast<Pool*>(pool)->watch(easy, fd, what);
    return 0;
  } catch (const std::bad_alloc&) {
    return -1;
  }
}

int on_timer(CURLM*, long milliseconds, void* pool) noexcept {
  static_cast<Pool*>(pool)->set_due(milliseconds);
  return 0;
}

}  // namespace

Pool::Pool(SocketTable& sockets) : sockets_(sockets), multi_(curl_multi_init()) {
  if (multi_ == nullptr) return;
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
}

Pool::~Pool() {
  spare_.clear();
  curl_multi_cleanup(multi_);
}

void FreeEasy::operator()(void* easy) const noexcept { curl_easy_cleanup(easy); }

Slot Pool::take_slot() {
  if (spare_.empty()) return Slot{.easy = std::unique_ptr<void, FreeEasy>(curl_easy_init()), .body = {}};
  Slot slot = std::move(spare_.back());
  spare_.pop_back();
  return slot;
}

void Pool::give_back(Slot slot) {
  slot.body.clear(kept_body_memory);
  if (spare_.size() >= spare_slots) return;
  curl_easy_reset(slot.easy.get());  // forgets everything but its TLS sessions
  spare_.push_back(std::move(slot));
}

bool Pool::add(void* easy) { return curl_multi_add_handle(multi_, easy) == CURLM_OK; }

void Pool::remove(void* easy) noexcept { curl_multi_remove_handle(multi_, easy); }

std::optional<Pool::Done> Pool::next_done() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left))
    if (message->msg == CURLMSG_DONE) return Done{message->easy_handle, message->data.result};
  return std::nullopt;
}

void Pool::act(int fd, short events) {
  const auto is = [events](int bits) { return (events & bits) != 0; };
  int mask = 0;
  if (is(POLLIN)) mask |= CURL_CSELECT_IN;
  if (is(POLLOUT)) mask |= CURL_CSELECT_OUT;
  if (is(POLLERR | POLLHUP | POLLNVAL)) mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
  int running = 0;
  curl_multi_socket_action(multi_, fd, mask, &running);
}

void Pool::run_due(Time now) {
  if (!due_ || *due_ > now) return;
  due_.reset();
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

void Pool::watch(void* easy, int fd, int what) {
  if (what == CURL_POLL_REMOVE) {
    watched_.erase(fd);
    return;
  }
  int events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= POLLIN;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= POLLOUT;
  watched_[fd] = static_cast<short>(events);
  if (const Transfer* transfer = Transfer::of(easy)) sockets_.used_by(fd, transfer->ticket());
}

void Pool::set_due(long milliseconds) noexcept {
  due_.reset();
  if (milliseconds >= 0) due_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

}  // namespace meisai::transport
