#include "core/thread.h"

#include <csignal>
#include <memory>
#include <utility>

namespace millrace {
namespace {

struct Start {
  const char* name;
  std::function<void()> body;
};

void* run(void* argument) {
  std::unique_ptr<Start> start(static_cast<Start*>(argument));
#ifdef __APPLE__
  pthread_setname_np(start->name);
#else
  pthread_setname_np(pthread_self(), start->name);
#endif
  start->body();
  return nullptr;
}

}  // namespace

Status Thread::start(const char* name, std::function<void()> body) {
  auto start = std::make_unique<Start>(Start{name, std::move(body)});
  // A new thread inherits the mask: block all around its birth, so that no signal can reach it before it could block them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failure = pthread_create(&handle_, nullptr, run, start.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (failure != 0) return Error{failure, "pthread_create", ""};
  start.release();  // the thread owns it now
  running_ = true;
  return {};
}

void Thread::join() {
  if (!running_) return;
  running_ = false;
  pthread_join(handle_, nullptr);
}

}  // namespace millrace
