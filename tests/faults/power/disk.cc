#include "tests/faults/power/disk.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "tests/faults/power/process.h"

namespace concord::power {
namespace {

namespace fs = std::filesystem;
using index::Code;
using index::fail;
using index::Result;

constexpr int kLoopMajor = 7;
constexpr int kPauseMs = 3;
constexpr int kStartMsMax = 20'000;
constexpr int kStopMsMax = 20'000;

// A descriptor that closes itself.
class File {
 public:
  explicit File(int number) : number_(number) {}
  File(File&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File& operator=(File&&) = delete;
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(kPauseMs)); }

tl::unexpected<index::Error> refused(const std::string& place) {
  return fail(Code::io_error, std::strerror(errno), place);
}

bool can_open(const std::string& file) {
  return File(::open(file.c_str(), O_RDWR | O_CLOEXEC)).is_open();
}

File open_loop(int number, std::string& name) {
  name = "/dev/loop" + std::to_string(number);
  if (::access(name.c_str(), F_OK) != 0)  // a container may have the control, but not the node
    ::mknod(name.c_str(), S_IFBLK | 0600, makedev(kLoopMajor, static_cast<unsigned>(number)));
  return File(::open(name.c_str(), O_RDWR | O_CLOEXEC));
}

struct Loop {
  File device;  // open until it is mounted: the device frees itself when nobody has it open
  std::string name;
};

Result<Loop> loop_over(const std::string& file, bool direct) {
  const File control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control.is_open()) return refused("/dev/loop-control");
  const File backing(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!backing.is_open()) return refused(file);
  for (int tries = 0; tries < 200; ++tries) {
    const int number = ::ioctl(control.number(), LOOP_CTL_GET_FREE);
    if (number < 0) return refused("LOOP_CTL_GET_FREE");
    std::string name;
    File device = open_loop(number, name);
    if (!device.is_open()) return refused(name);
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(backing.number());
    config.info.lo_flags =
        LO_FLAGS_AUTOCLEAR | (direct ? static_cast<std::uint32_t>(LO_FLAGS_DIRECT_IO) : 0U);
    if (::ioctl(device.number(), LOOP_CONFIGURE, &config) == 0)
      return Loop{std::move(device), name};
    if (errno != EBUSY) return refused(name);
    pause();  // somebody was faster
  }
  return fail(Code::io_error, "no free loop device", file);
}

Result<void> mount_over_loop(const std::string& file, const std::string& at, bool direct) {
  const Result<Loop> loop = loop_over(file, direct);
  if (!loop) return fail(loop.error());
  if (::mount(loop->name.c_str(), at.c_str(), "ext4", MS_NOATIME, "data=ordered,barrier=1") != 0)
    return refused("mount " + file);
  return {};
}

bool cannot_unshare() {
  const Result<pid_t> child = run_apart([] { return 0; });
  return !child || wait_for(*child, -1) != 0;
}

bool cannot_run(std::vector<std::string> words) {
  return !run({.words = std::move(words), .log = "/dev/null"}, kStartMsMax);
}

}  // namespace

std::string missing_here(const std::string& fuse, const std::string& loops) {
  if (!can_open(fuse)) return "no power cuts: " + fuse + " cannot be opened (FUSE, as root)";
  if (!can_open(loops)) return "no power cuts: " + loops + " cannot be opened (loop, as root)";
  if (cannot_unshare()) return "no power cuts: no mount and process namespaces (needs root)";
  if (cannot_run({"nbdkit", "--dump-plugin", "python"}))
    return "no power cuts: nbdkit with its Python plugin is missing (./dev deps)";
  if (cannot_run({"nbdfuse", "--version"}))
    return "no power cuts: nbdfuse is missing (./dev deps installs libnbd-bin)";
  if (cannot_run({"mke2fs", "-V"}))
    return "no power cuts: mke2fs is missing (./dev deps installs e2fsprogs)";
  return {};
}

Result<void> make_image(const std::string& image, std::uint64_t bytes, const std::string& folder,
                        const std::string& log) {
  return run({.words = {"mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-E",
                        "lazy_itable_init=0,lazy_journal_init=0", "-d", folder, image,
                        std::to_string(bytes / 1024) + "k"},
              .log = log},
             kStartMsMax);
}

Result<void> PowerDisk::start() {
  std::error_code error;
  for (const char* name : {"/fuse", "/mnt"}) fs::create_directories(folder_ + name, error);
  for (const char* name : {"/orders", "/report"}) fs::remove(folder_ + name, error);
  if (error) return fail(Code::io_error, error.message(), folder_);
  // The name is all that losetup shows of it outside of the namespace: it says whose it is.
  const fs::path place(folder_);
  const std::string file = folder_ + "/fuse/" + place.parent_path().filename().string() + "-" +
                           place.filename().string();
  const Result<pid_t> server = power::start(
      {.words = {"nbdfuse", file, "--command", "nbdkit", "-s", "--exit-with-parent", "python",
                 CONCORD_SOURCE_DIR "/tests/faults/power/disk.py", "image=" + folder_ + "/disk.img",
                 "orders=" + folder_ + "/orders", "report=" + folder_ + "/report"},
       .log = folder_ + "/disk.log"});
  if (!server) return fail(server.error());
  served_by_ = *server;
  for (int waited = 0; !fs::exists(file, error); waited += kPauseMs) {
    if (waited > kStartMsMax || wait_for(served_by_, 0))
      return fail(Code::io_error, "did not start: " + last_lines(folder_ + "/disk.log", 3),
                  "nbdfuse");
    pause();
  }
  return mount_over_loop(file, mounted(), true);
}

Result<void> PowerDisk::order(const CutOrder& order) {
  const std::string file = folder_ + "/orders";
  {
    std::ofstream out(file + ".new");
    out << order.requests << ' ' << order.keep_per_cent << ' ' << order.seed << '\n';
    if (!out.flush()) return refused(file);
  }
  if (::rename((file + ".new").c_str(), file.c_str()) != 0) return refused(file);
  return {};
}

std::optional<CutReport> PowerDisk::report() const {
  std::ifstream in(folder_ + "/report");
  CutReport report;
  if (!(in >> report.writes >> report.flushes >> report.unflushed >> report.kept))
    return std::nullopt;
  return report;
}

Result<void> PowerDisk::stop() {
  if (const Result<void> done = unmount(mounted()); !done) return done;
  if (const Result<void> done = unmount(folder_ + "/fuse"); !done) return done;
  if (!wait_for(served_by_, kStopMsMax))
    return fail(Code::io_error, "did not end: " + last_lines(folder_ + "/disk.log", 3), "nbdfuse");
  return {};
}

Result<void> mount_image(const std::string& image, const std::string& at) {
  std::error_code error;
  fs::create_directories(at, error);
  if (error) return fail(Code::io_error, error.message(), at);
  return mount_over_loop(image, at, false);
}

Result<void> unmount(const std::string& at) {
  for (int waited = 0; ::umount2(at.c_str(), 0) != 0; waited += kPauseMs) {
    if (errno != EBUSY || waited > kStopMsMax) return refused("umount " + at);
    pause();  // a killed process may hold it for a moment; the loop device may still let go
  }
  return {};
}

}  // namespace concord::power
