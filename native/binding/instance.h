// What one load of the addon keeps: one a JavaScript environment (the main thread, each worker). There are no globals.
#pragma once

#include <napi.h>

#include <memory>

#include "binding/mapping.h"
#include "core/open_files.h"

namespace millrace {

struct Instance {
  // Node deletes the instance when the environment's hooks have run, which end the flusher's and the pager's threads.
  OpenFiles files;
  std::shared_ptr<MappingTable> mappings = std::make_shared<MappingTable>();
  Napi::FunctionReference flusher;  // the classes' constructors
  Napi::FunctionReference pager;

  static Instance& of(Napi::Env env) { return *env.GetInstanceData<Instance>(); }
};

}  // namespace millrace
