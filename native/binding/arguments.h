// Reads and checks the arguments of one call. The first wrong one leaves a TypeError or RangeError pending; from then on every
// reader returns something harmless, so a binding reads all of them and asks ok() once.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/mapping.h"

namespace millrace {

constexpr int64_t kSafeIntegerMax = (int64_t{1} << 53) - 1;
// The largest ArrayBuffer of Node 20.
constexpr int64_t kMappingLengthMax = int64_t{1} << 32;

template <typename T>
struct Elements {
  T* data = nullptr;
  size_t size = 0;
};

struct Span {
  size_t from = 0;
  size_t to = 0;
};

class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  bool ok() const { return ok_; }

  // Without NUL: a path that the kernel would cut short names another file.
  std::string text(size_t index, const char* name);
  std::vector<std::string> texts(size_t index, const char* name);
  bool boolean(size_t index, const char* name);
  int64_t integer(size_t index, const char* name, int64_t min, int64_t max);
  // The same of a property.
  bool boolean(const Napi::Object& object, const char* name);
  int64_t integer(const Napi::Object& object, const char* name, int64_t min, int64_t max);
  Napi::Object object(size_t index, const char* name);
  Napi::Function function(size_t index, const char* name);
  int descriptor(size_t index);
  // Two integers with 0 <= from <= to <= size.
  Span span(size_t index, const char* from, const char* to, size_t size);

  Elements<uint8_t> bytes(size_t index, const char* name);
  Elements<uint32_t> uint32s(size_t index, const char* name);
  Elements<int32_t> int32s(size_t index, const char* name);
  Elements<double> doubles(size_t index, const char* name);

  // The mapping whose ArrayBuffer this is, made in this environment.
  std::shared_ptr<Mapping> mapping(size_t index, const char* name);

  void failType(const char* name, const char* expected);
  void failRange(const std::string& message);

 private:
  // Null when its getter threw: that exception is pending then, and another must not be.
  napi_value property(const Napi::Object& object, const char* name);
  bool booleanOf(napi_value value, const char* name);
  template <typename T>
  Elements<T> elements(size_t index, const char* name, napi_typedarray_type type, const char* expected);
  int64_t integerOf(napi_value value, const char* name, int64_t min, int64_t max);

  const Napi::CallbackInfo& info_;
  bool ok_ = true;
};

}  // namespace millrace
