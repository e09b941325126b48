// Removal: order, what is not there, what cannot be removed, and a stop from another thread.
#include "core/removal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "check.h"
#include "core/file.h"
#include "core/thread.h"

using namespace millrace;

namespace {

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::vector<std::string> make(const test::TemporaryDirectory& directory, const std::string& name, int count) {
  std::vector<std::string> paths;
  for (int i = 0; i < count; i++) {
    const std::string path = directory.file((name + std::to_string(i)).c_str());
    Result<int> fd = openFile(path, OpenMode::kCreate);
    if (fd.ok()) CHECK(closeFile(fd.value(), path).ok());
    paths.push_back(path);
  }
  return paths;
}

void removes(const test::TemporaryDirectory& directory) {
  std::vector<std::string> paths = make(directory, "plain", 3);
  paths.insert(paths.begin() + 1, directory.file("missing"));
  Removal removal(paths);
  CHECK(removal.run().ok());
  for (const std::string& path : paths) CHECK(!exists(path));
  CHECK(removal.stop() == 4);
  CHECK(Removal({}).run().ok());
}

void stopsBefore(const test::TemporaryDirectory& directory) {
  const std::vector<std::string> paths = make(directory, "kept", 2);
  Removal removal(paths);
  CHECK(removal.stop() == 0);
  CHECK(removal.run().ok());
  for (const std::string& path : paths) CHECK(exists(path));
}

void failsAt(const test::TemporaryDirectory& directory) {
  std::vector<std::string> paths = make(directory, "around", 2);
  const std::string inTheWay = directory.file("directory");
  CHECK(mkdir(inTheWay.c_str(), 0777) == 0);
  paths.insert(paths.begin() + 1, inTheWay);
  Removal removal(paths);
  const Status status = removal.run();
  CHECK(!status.ok() && status.error().path == inTheWay && std::string(status.error().syscall) == "unlink");
  CHECK(removal.stop() == 1);
  CHECK(!exists(paths[0]) && exists(paths[2]));
}

// What `stop` says is gone is gone, and what it says is left stays.
void stopsInBetween(const test::TemporaryDirectory& directory) {
  constexpr int kCount = 200;
  for (int round = 0; round < 20; round++) {
    const std::vector<std::string> paths = make(directory, "round" + std::to_string(round) + "-", kCount);
    Removal removal(paths);
    Thread other;
    CHECK(other.start("removal", [&] { CHECK(removal.run().ok()); }).ok());
    if (round % 2 == 1) usleep(static_cast<useconds_t>(round * 20));
    const size_t removed = removal.stop();
    for (size_t i = 0; i < paths.size(); i++) CHECK(exists(paths[i]) == (i >= removed));
    other.join();
    for (size_t i = 0; i < paths.size(); i++) CHECK(exists(paths[i]) == (i >= removed));
  }
}

}  // namespace

int main() {
  const test::TemporaryDirectory directory;
  removes(directory);
  stopsBefore(directory);
  failsAt(directory);
  stopsInBetween(directory);
  return test::checked();
}
