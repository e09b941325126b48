#include "binding/arguments.h"

#include <climits>
#include <cmath>

#include "binding/instance.h"

namespace millrace {

void Arguments::failType(const char* name, const char* expected) {
  if (!ok_) return;
  ok_ = false;
  napi_throw_type_error(info_.Env(), nullptr, (std::string(name) + " must be " + expected).c_str());
}

void Arguments::failRange(const std::string& message) {
  if (!ok_) return;
  ok_ = false;
  napi_throw_range_error(info_.Env(), nullptr, message.c_str());
}

std::string Arguments::text(size_t index, const char* name) {
  if (!ok_) return {};
  if (!info_[index].IsString()) {
    failType(name, "a string");
    return {};
  }
  std::string text = info_[index].As<Napi::String>().Utf8Value();
  if (text.empty() || text.find('\0') != std::string::npos) failType(name, "a string that is not empty and has no NUL");
  return text;
}

std::vector<std::string> Arguments::texts(size_t index, const char* name) {
  std::vector<std::string> texts;
  if (!ok_) return texts;
  if (!info_[index].IsArray()) {
    failType(name, "an array of strings");
    return texts;
  }
  const Napi::Array array = info_[index].As<Napi::Array>();
  const uint32_t length = array.Length();
  texts.reserve(length);
  for (uint32_t i = 0; i < length && ok_; i++) {
    Napi::HandleScope scope(info_.Env());
    napi_value item = nullptr;
    if (napi_get_element(info_.Env(), array, i, &item) != napi_ok) {
      ok_ = false;  // a getter threw, and its exception is pending
    } else if (!Napi::Value(info_.Env(), item).IsString()) {
      failType(name, "an array of strings");
    } else {
      texts.push_back(Napi::String(info_.Env(), item).Utf8Value());
      if (texts.back().find('\0') != std::string::npos) failRange(std::string(name) + " must not contain NUL");
    }
  }
  return texts;
}

bool Arguments::booleanOf(napi_value value, const char* name) {
  bool result = false;
  if (napi_get_value_bool(info_.Env(), value, &result) != napi_ok) failType(name, "a boolean");
  return result;
}

bool Arguments::boolean(size_t index, const char* name) { return ok_ && booleanOf(info_[index], name); }

bool Arguments::boolean(const Napi::Object& object, const char* name) {
  const napi_value value = property(object, name);
  return value != nullptr && booleanOf(value, name);
}

napi_value Arguments::property(const Napi::Object& object, const char* name) {
  napi_value value = nullptr;
  if (ok_ && napi_get_named_property(info_.Env(), object, name, &value) != napi_ok) {
    ok_ = false;
    return nullptr;
  }
  return value;
}

int64_t Arguments::integerOf(napi_value value, const char* name, int64_t min, int64_t max) {
  double number = 0;
  if (napi_get_value_double(info_.Env(), value, &number) != napi_ok) {
    failType(name, "a number");
    return min;
  }
  if (!(number >= static_cast<double>(min) && number <= static_cast<double>(max)) || std::trunc(number) != number) {
    failRange(std::string(name) + " must be an integer from " + std::to_string(min) + " to " + std::to_string(max) + ", got " +
              Napi::Number::New(info_.Env(), number).ToString().Utf8Value());
    return min;
  }
  return static_cast<int64_t>(number);
}

int64_t Arguments::integer(size_t index, const char* name, int64_t min, int64_t max) {
  return ok_ ? integerOf(info_[index], name, min, max) : min;
}

int64_t Arguments::integer(const Napi::Object& object, const char* name, int64_t min, int64_t max) {
  const napi_value value = property(object, name);
  return value != nullptr ? integerOf(value, name, min, max) : min;
}

Napi::Object Arguments::object(size_t index, const char* name) {
  if (ok_ && !info_[index].IsObject()) failType(name, "an object");
  return ok_ ? info_[index].As<Napi::Object>() : Napi::Object();
}

Napi::Function Arguments::function(size_t index, const char* name) {
  if (ok_ && !info_[index].IsFunction()) failType(name, "a function");
  return ok_ ? info_[index].As<Napi::Function>() : Napi::Function();
}

int Arguments::descriptor(size_t index) { return static_cast<int>(integer(index, "fd", 0, INT_MAX)); }

Span Arguments::span(size_t index, const char* from, const char* to, size_t size) {
  const int64_t begin = integer(index, from, 0, static_cast<int64_t>(size));
  const int64_t end = integer(index + 1, to, begin, static_cast<int64_t>(size));
  return {static_cast<size_t>(begin), static_cast<size_t>(end)};
}

template <typename T>
Elements<T> Arguments::elements(size_t index, const char* name, napi_typedarray_type type, const char* expected) {
  if (!ok_) return {};
  napi_typedarray_type found;
  size_t size = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(info_.Env(), info_[index], &found, &size, &data, nullptr, nullptr) != napi_ok || found != type) {
    failType(name, expected);
    return {};
  }
  return {static_cast<T*>(data), size};
}

Elements<uint8_t> Arguments::bytes(size_t index, const char* name) {
  return elements<uint8_t>(index, name, napi_uint8_array, "a Uint8Array");
}

Elements<uint32_t> Arguments::uint32s(size_t index, const char* name) {
  return elements<uint32_t>(index, name, napi_uint32_array, "a Uint32Array");
}

Elements<int32_t> Arguments::int32s(size_t index, const char* name) {
  return elements<int32_t>(index, name, napi_int32_array, "an Int32Array");
}

Elements<double> Arguments::doubles(size_t index, const char* name) {
  return elements<double>(index, name, napi_float64_array, "a Float64Array");
}

std::shared_ptr<Mapping> Arguments::mapping(size_t index, const char* name) {
  if (!ok_) return nullptr;
  void* data = nullptr;
  size_t size = 0;
  MappingHandle* handle = nullptr;
  if (info_[index].IsArrayBuffer() && napi_get_arraybuffer_info(info_.Env(), info_[index], &data, &size) == napi_ok) {
    handle = Instance::of(info_.Env()).mappings->find(data);
  }
  if (handle == nullptr) {
    failType(name, "an ArrayBuffer that mapShared, mapPrivate or take returned");
    return nullptr;
  }
  return handle->mapping;
}

}  // namespace millrace
