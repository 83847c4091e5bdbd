#include "net/send_queue.h"

namespace wherry::http {

bool SendQueue::reserve(std::size_t size) {
  const auto before = bytes_.fetch_add(size);
  if (before == 0 || before + size <= limit_) return true;
  bytes_.fetch_sub(size);
  return false;
}

void SendQueue::finish_front(Result<void> result) {
  auto message = std::move(messages_.front());
  messages_.pop_front();
  bytes_.fetch_sub(message.text.size());
  if (message.done) message.done.complete(std::move(result));
}

void SendQueue::drop_behind(std::size_t kept, const Error& error) {
  while (messages_.size() > kept) {
    auto message = std::move(messages_.back());
    messages_.pop_back();
    bytes_.fetch_sub(message.text.size());
    if (message.done) message.done.complete(error);
  }
}

}  // namespace wherry::http
