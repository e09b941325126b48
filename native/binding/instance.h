// What one load of the addon keeps: one a JavaScript environment (the main thread, each worker). There are no globals.
#pragma once

#include <napi.h>

#include <memory>

#include "binding/mapping.h"

namespace millrace {

struct Instance {
  std::shared_ptr<MappingTable> mappings = std::make_shared<MappingTable>();
  Napi::FunctionReference flusher;  // the classes' constructors
  Napi::FunctionReference pager;

  static Instance& of(Napi::Env env) { return *env.GetInstanceData<Instance>(); }
};

}  // namespace millrace
