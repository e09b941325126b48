// The addon's entry: one call for each environment that loads it.
#include "binding/define.h"
#include "binding/instance.h"

namespace millrace {
namespace {

Napi::Object load(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Instance());  // the environment deletes it
  defineChecksums(env, exports);
  defineBatchScan(env, exports);
  defineRecordFilter(env, exports);
  defineFiles(env, exports);
  defineMappings(env, exports);
  defineFlusher(env, exports);
  definePager(env, exports);
  defineRemoval(env, exports);
  defineRecordWalk(env, exports);
  defineValueCopy(env, exports);
  return exports;
}

NODE_API_MODULE(millrace, load)

}  // namespace
}  // namespace millrace
