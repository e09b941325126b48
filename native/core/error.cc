#include "core/error.h"

#include <cerrno>

namespace millrace {
namespace {

struct Known {
  int number;
  const char* name;
  const char* text;
};

// glibc has strerrorname_np, musl and macOS do not; the texts are libuv's so that messages read like those of node:fs.
constexpr Known kKnown[] = {
    {E2BIG, "E2BIG", "argument list too long"},
    {EACCES, "EACCES", "permission denied"},
    {EAGAIN, "EAGAIN", "resource temporarily unavailable"},
    {EBADF, "EBADF", "bad file descriptor"},
    {EBUSY, "EBUSY", "resource busy or locked"},
    {EDQUOT, "EDQUOT", "disk quota exceeded"},
    {EEXIST, "EEXIST", "file already exists"},
    {EFAULT, "EFAULT", "bad address in system call argument"},
    {EFBIG, "EFBIG", "file too large"},
    {EINTR, "EINTR", "interrupted system call"},
    {EINVAL, "EINVAL", "invalid argument"},
    {EIO, "EIO", "i/o error"},
    {EISDIR, "EISDIR", "illegal operation on a directory"},
    {ELOOP, "ELOOP", "too many symbolic links encountered"},
    {EMFILE, "EMFILE", "too many open files"},
    {EMLINK, "EMLINK", "too many links"},
    {ENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {ENFILE, "ENFILE", "file table overflow"},
    {ENODEV, "ENODEV", "no such device"},
    {ENOENT, "ENOENT", "no such file or directory"},
    {ENOLCK, "ENOLCK", "no locks available"},
    {ENOMEM, "ENOMEM", "not enough memory"},
    {ENOSPC, "ENOSPC", "no space left on device"},
    {ENOSYS, "ENOSYS", "function not implemented"},
    {ENOTDIR, "ENOTDIR", "not a directory"},
    {ENOTEMPTY, "ENOTEMPTY", "directory not empty"},
    {ENOTSUP, "ENOTSUP", "operation not supported"},
    {ENXIO, "ENXIO", "no such device or address"},
    {EOVERFLOW, "EOVERFLOW", "value too large for defined data type"},
    {EPERM, "EPERM", "operation not permitted"},
    {EROFS, "EROFS", "read-only file system"},
    {ESPIPE, "ESPIPE", "invalid seek"},
    {ESTALE, "ESTALE", "stale file handle"},
    {ETIMEDOUT, "ETIMEDOUT", "connection timed out"},
    {ETXTBSY, "ETXTBSY", "text file is busy"},
    {EXDEV, "EXDEV", "cross-device link not permitted"},
};

const Known* find(int number) {
  for (const Known& known : kKnown) {
    if (known.number == number) return &known;
  }
  return nullptr;
}

}  // namespace

std::string errorName(int number) {
  const Known* known = find(number);
  if (known != nullptr) return known->name;
  std::string name("E");
  name += std::to_string(number);
  return name;
}

std::string Error::message() const {
  const Known* known = find(number);
  std::string text = errorName(number) + ": " + (known != nullptr ? known->text : "unknown error") + ", " + syscall;
  if (!path.empty()) text += " '" + path + "'";
  return text;
}

Error lastError(const char* syscall, const std::string& path) {
  const int number = errno;  // before anything that allocates
  return Error{number, syscall, path};
}

}  // namespace millrace
