// The file calls, over core/file.h. Each blocks its thread for as long as the system call takes.
#include "core/file.h"

#include "binding/arguments.h"
#include "binding/define.h"
#include "binding/instance.h"
#include "binding/system_error.h"

namespace millrace {
namespace {

Napi::Value open(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::string path = arguments.text(0, "path");
  const std::string flags = arguments.text(1, "flags");
  OpenMode mode = OpenMode::kRead;
  if (flags == "r+") {
    mode = OpenMode::kReadWrite;
  } else if (flags == "w+") {
    mode = OpenMode::kCreate;
  } else if (flags == "a+") {
    mode = OpenMode::kCreateIfMissing;
  } else if (flags != "r") {
    arguments.failRange("flags must be r, r+, w+ or a+, got " + flags);
  }
  if (!arguments.ok()) return info.Env().Undefined();
  Result<int> fd = Instance::of(info.Env()).files.open(path, mode);
  if (!fd.ok()) return throwSystemError(info.Env(), fd.error());
  return Napi::Number::New(info.Env(), fd.value());
}

Napi::Value close(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = arguments.descriptor(0);
  const std::string path = arguments.text(1, "path");
  if (!arguments.ok()) return info.Env().Undefined();
  return finish(info.Env(), Instance::of(info.Env()).files.close(fd, path));
}

// Those that take a descriptor and a path.
template <Status (*function)(int, const std::string&)>
Napi::Value onFile(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = arguments.descriptor(0);
  const std::string path = arguments.text(1, "path");
  return arguments.ok() ? finish(info.Env(), function(fd, path)) : info.Env().Undefined();
}

// Those that take a size too.
template <Status (*function)(int, const std::string&, int64_t)>
Napi::Value onFileWithSize(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = arguments.descriptor(0);
  const std::string path = arguments.text(1, "path");
  const int64_t size = arguments.integer(2, "size", 0, kSafeIntegerMax);
  return arguments.ok() ? finish(info.Env(), function(fd, path, size)) : info.Env().Undefined();
}

template <Status (*function)(const std::string&)>
Napi::Value onPath(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::string path = arguments.text(0, "path");
  return arguments.ok() ? finish(info.Env(), function(path)) : info.Env().Undefined();
}

Napi::Value size(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = arguments.descriptor(0);
  const std::string path = arguments.text(1, "path");
  if (!arguments.ok()) return info.Env().Undefined();
  Result<int64_t> size = fileSize(fd, path);
  if (!size.ok()) return throwSystemError(info.Env(), size.error());
  return Napi::Number::New(info.Env(), static_cast<double>(size.value()));
}

struct Transfer {
  int fd;
  std::string path;
  Elements<uint8_t> bytes;
  Span span;
  int64_t position;
};

Transfer transferOf(Arguments& arguments) {
  Transfer transfer;
  transfer.fd = arguments.descriptor(0);
  transfer.path = arguments.text(1, "path");
  transfer.bytes = arguments.bytes(2, "bytes");
  transfer.span = arguments.span(3, "start", "end", transfer.bytes.size);
  transfer.position = arguments.integer(5, "position", 0, kSafeIntegerMax);
  return transfer;
}

Napi::Value read(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Transfer transfer = transferOf(arguments);
  if (!arguments.ok()) return info.Env().Undefined();
  Result<size_t> done = readFile(transfer.fd, transfer.path, transfer.bytes.data + transfer.span.from,
                                 transfer.span.to - transfer.span.from, transfer.position);
  if (!done.ok()) return throwSystemError(info.Env(), done.error());
  return Napi::Number::New(info.Env(), static_cast<double>(done.value()));
}

Napi::Value write(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Transfer transfer = transferOf(arguments);
  if (!arguments.ok()) return info.Env().Undefined();
  return finish(info.Env(), writeFile(transfer.fd, transfer.path, transfer.bytes.data + transfer.span.from,
                                      transfer.span.to - transfer.span.from, transfer.position));
}

Napi::Value rename(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::string from = arguments.text(0, "from");
  const std::string to = arguments.text(1, "to");
  return arguments.ok() ? finish(info.Env(), renameFile(from, to)) : info.Env().Undefined();
}

Napi::Value lock(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = arguments.descriptor(0);
  const std::string path = arguments.text(1, "path");
  if (!arguments.ok()) return info.Env().Undefined();
  Result<bool> locked = tryLock(fd, path);
  if (!locked.ok()) return throwSystemError(info.Env(), locked.error());
  return Napi::Boolean::New(info.Env(), locked.value());
}

Napi::Value gone(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const int fd = arguments.descriptor(0);
  const std::string path = arguments.text(1, "path");
  if (!arguments.ok()) return info.Env().Undefined();
  Result<bool> result = readerGone(fd, path);
  if (!result.ok()) return throwSystemError(info.Env(), result.error());
  return Napi::Boolean::New(info.Env(), result.value());
}

}  // namespace

void defineFiles(Napi::Env env, Napi::Object exports) {
  exports.Set("open", Napi::Function::New<open>(env, "open"));
  exports.Set("close", Napi::Function::New<close>(env, "close"));
  exports.Set("size", Napi::Function::New<size>(env, "size"));
  exports.Set("read", Napi::Function::New<read>(env, "read"));
  exports.Set("write", Napi::Function::New<write>(env, "write"));
  exports.Set("reserve", Napi::Function::New<onFileWithSize<reserveFile>>(env, "reserve"));
  exports.Set("truncate", Napi::Function::New<onFileWithSize<truncateFile>>(env, "truncate"));
  exports.Set("fdatasync", Napi::Function::New<onFile<syncData>>(env, "fdatasync"));
  exports.Set("fsync", Napi::Function::New<onFile<syncFile>>(env, "fsync"));
  exports.Set("syncDirectory", Napi::Function::New<onPath<syncDirectory>>(env, "syncDirectory"));
  exports.Set("rename", Napi::Function::New<rename>(env, "rename"));
  exports.Set("unlink", Napi::Function::New<onPath<unlinkFile>>(env, "unlink"));
  exports.Set("readerGone", Napi::Function::New<gone>(env, "readerGone"));
  exports.Set("tryLock", Napi::Function::New<lock>(env, "tryLock"));
}

}  // namespace millrace
