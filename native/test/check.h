// A test is a program: CHECK what must hold, return checked() from main. SKIP says loudly what was not tested (exit code 77).
//
// Random tests draw from `Random`, whose seed is printed and comes from MILLRACE_SEED when that is set.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

namespace millrace::test {

inline int failures = 0;

inline bool check(bool holds, const char* text, const char* file, int line) {
  if (!holds) {
    failures++;
    std::fprintf(stderr, "%s:%d: CHECK(%s) failed\n", file, line, text);
  }
  return holds;
}

inline int checked() {
  if (failures == 0) return 0;
  std::fprintf(stderr, "%d checks failed\n", failures);
  return 1;
}

class Random {
 public:
  Random() {
    const char* given = std::getenv("MILLRACE_SEED");
    seed_ = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::fprintf(stderr, "MILLRACE_SEED=%llu\n", static_cast<unsigned long long>(seed_));
    engine_.seed(seed_);
  }

  // 0 <= result < bound
  uint64_t below(uint64_t bound) { return engine_() % bound; }
  uint8_t byte() { return static_cast<uint8_t>(engine_()); }

 private:
  uint64_t seed_ = 0;
  std::mt19937_64 engine_;
};

// A directory of its own, removed with all in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      std::perror("mkdtemp");
      std::exit(1);
    }
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const char* name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace millrace::test

#define CHECK(condition) millrace::test::check((condition), #condition, __FILE__, __LINE__)
// For what the rest of a function rests on.
#define REQUIRE(condition) \
  if (!CHECK(condition)) return
