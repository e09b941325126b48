// Errors as JavaScript sees them.
//
// By bare Node-API calls whose own failure is ignored: they fail only in a worker that is being terminated, where nobody
// is left to hear, and where the classes of node-addon-api would end the whole process.
#pragma once

#include <napi.h>

#include "core/error.h"

namespace millrace {

// An Error with `code`, `errno` (negative, as Node's own), `syscall` and, when there is one, `path`.
napi_value systemError(Napi::Env env, const Error& error);

// Leaves it pending; returns undefined for the binding to return.
Napi::Value throwSystemError(Napi::Env env, const Error& error);

// An Error with one of the library's own codes, for what is neither a system call nor an argument.
Napi::Value throwWithCode(Napi::Env env, const char* code, const std::string& message);

// Throws when the status is a failure; undefined either way.
Napi::Value finish(Napi::Env env, const Status& status);

}  // namespace millrace
