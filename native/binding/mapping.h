// Mappings as ArrayBuffers: the buffer's finalizer drops its share of the mapping.
#pragma once

#include <napi.h>

#include <memory>
#include <unordered_map>

#include "binding/external_memory.h"
#include "core/mapping.h"
#include "core/pager.h"

namespace millrace {

class MappingTable;

// What an ArrayBuffer owns. Holds the table too: a buffer may be finalized after its environment's instance is gone.
struct MappingHandle {
  std::shared_ptr<Mapping> mapping;  // nothing after `unmap`
  std::shared_ptr<MappingTable> table;
  bool hidden = false;  // V8 does not count it, and was not told yet that it is garbage
};

// The mappings of an environment. Finds that of an ArrayBuffer by its address, which is its own as long as the handle lives.
class MappingTable {
 public:
  void add(MappingHandle* handle) { handles_[handle->mapping->data()] = handle; }
  void remove(MappingHandle* handle) { handles_.erase(handle->mapping->data()); }
  MappingHandle* find(const void* data) const {
    const auto found = handles_.find(data);
    return found == handles_.end() ? nullptr : found->second;
  }

  // Of a buffer that was collected. Large ones are unmapped on a thread of their own, begun for the first: the last mapping of a removed file gives
  // its blocks back, and that of 600 MB was seen to take 0.15 s.
  void letGo(std::shared_ptr<Mapping> mapping);

  ExternalMemory memory;

 private:
  std::unordered_map<const void*, MappingHandle*> handles_;
  std::unique_ptr<Pager> unmapper_;
};

// Undefined and an exception where external buffers are not allowed.
Napi::Value wrapMapping(Napi::Env env, std::shared_ptr<Mapping> mapping);

// Takes the mapping from the ArrayBuffer that is the first argument: it has length 0 from here on, so that nobody can reach the pages. Null and
// an exception when it is not a mapping's.
std::shared_ptr<Mapping> detachMapping(const Napi::CallbackInfo& info);

void defineMappings(Napi::Env env, Napi::Object exports);

}  // namespace millrace
