// What V8 believes mappings to weigh, so that it neither collects because of them nor forgets to collect them.
//
// V8 counts an external buffer at its full length, and every 64 MiB of growth are a full collection to it. A mapping of a file is
// page cache and a five-hundredth of its length in page tables. So its length is taken off the count as soon as the buffer is made. Not
// before: V8 takes the lowest count since its last collection for where growth begins, and would see this buffer's length as growth from
// there on, enough to begin the next collection of a small heap. It also judges when it adds, but buffers are by far shorter than
// what it then objects to. When the library lets a buffer go a share of it is added: it holds address space and perhaps a deleted file, and a
// collection should come, though not one for each.
//
// When the buffer dies V8 takes its length off once more. Putting it back then would look like growth and start
// the next collection, so it is not put back: the count sinks by what was hidden, again and again. Below zero newer V8s end the
// process (a CHECK), so a cushion is put on the count beforehand, and another when that is used up. Each costs one
// collection, which is why the first waits until mappings have cost about one.
#pragma once

#include <node_api.h>

#include <cstdint>

namespace millrace {

class ExternalMemory {
 public:
  // A buffer of this size is about to be made. Those before the first cushion are counted as V8 does.
  void prepare(napi_env env, int64_t size) {
    seen_ += size;
    if (seen_ <= kCountedMax || size <= cushion_) return;
    cushion_ += kCushion;
    adjust(env, kCushion);
  }

  // It is made. Is it hidden?
  bool hide(napi_env env, int64_t size) {
    if (seen_ <= kCountedMax) return false;
    cushion_ -= size;
    adjust(env, -size);
    return true;
  }

  // Brings a full collection now, whatever the count is: V8 meets a growth that is past every limit of its.
  void collect(napi_env env) {
    adjust(env, kCushion);
    adjust(env, -kCushion);
  }

  // A hidden buffer was let go: about 1 GiB of such brings a collection.
  void release(napi_env env, int64_t size) {
    cushion_ += size / kReleasedShare;
    adjust(env, size / kReleasedShare);
  }

 private:
  static constexpr int64_t kCushion = int64_t{1} << 42;
  static constexpr int64_t kCountedMax = int64_t{32} << 20;
  static constexpr int64_t kReleasedShare = 16;

  static void adjust(napi_env env, int64_t change) {
    int64_t total = 0;
    napi_adjust_external_memory(env, change, &total);  // fails only for null arguments
  }

  int64_t seen_ = 0;     // lengths of all buffers so far
  int64_t cushion_ = 0;  // what may still be hidden
};

}  // namespace millrace
