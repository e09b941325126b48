// A system call that failed: its error number, its name and the path it was about. A value, never thrown.
//
// Result<T> is either a T or an Error; Status is a Result without a value.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace millrace {

struct Error {
  int number = 0;             // as in errno, positive
  const char* syscall = "";   // a literal
  std::string path;

  // "ENOSPC: no space left on device, fallocate '/path'", the form of Node's own errors.
  std::string message() const;
};

// "ENOSPC", or "E" and the number for one that has no name here.
std::string errorName(int number);

// The present errno as an Error.
Error lastError(const char* syscall, const std::string& path);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit on purpose, so that both can be returned
  Result(Error error) : error_(std::move(error)) {}      // NOLINT

  bool ok() const { return value_.has_value(); }
  T& value() { return *value_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<T> value_;
  std::optional<Error> error_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}      // NOLINT

  bool ok() const { return !error_.has_value(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace millrace
