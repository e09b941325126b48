// What each file of the binding adds to the addon's exports.
#pragma once

#include <napi.h>

namespace millrace {

void defineChecksums(Napi::Env env, Napi::Object exports);
void defineBatchScan(Napi::Env env, Napi::Object exports);
void defineRecordFilter(Napi::Env env, Napi::Object exports);
void defineFiles(Napi::Env env, Napi::Object exports);
void defineFlusher(Napi::Env env, Napi::Object exports);
void definePager(Napi::Env env, Napi::Object exports);
void defineRemoval(Napi::Env env, Napi::Object exports);
void defineRecordWalk(Napi::Env env, Napi::Object exports);
void defineValueCopy(Napi::Env env, Napi::Object exports);

}  // namespace millrace
