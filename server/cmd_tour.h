// What the steps of `concord tour` stand on: a server in a process of its own on a scratch folder,
// questions to it over HTTP that are printed as they go, and checks. Thread class: one-owner.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/client.h"
#include "server/cmd_program.h"

namespace concord::server {

/// `concord serve` as a child, killed with its owner.
class TourServer {
 public:
  ~TourServer();
  /// Waits until it answers. Errors: io_error, with the last words of the child.
  static index::Result<std::unique_ptr<TourServer>> start(const std::string& data,
                                                          const std::string& policy,
                                                          const std::string& as_of);
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int pid() const { return pid_; }
  /// As a power cut would: SIGKILL.
  void kill_hard();

 private:
  TourServer() = default;
  int pid_ = -1;
  std::string url_;
};

struct TourStep {
  std::string title;
  std::vector<std::string> lines;     // requests and answers, shortened
  std::vector<std::string> mistakes;  // what was not as told; empty: all was
};

class Tour {
 public:
  explicit Tour(const Program& program) : program_(program) {}
  /// Makes a scratch folder with a small company, serves it. Errors: io_error.
  index::Result<void> open(const std::string& policy);
  /// All steps, each printed when it is over. True: everything was as told.
  bool run();
  /// The steps so far, as one JSON object.
  [[nodiscard]] std::string json() const;
  void keep_folder() { keep_ = true; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  ~Tour();

 private:
  void begin(std::string title);

  // The steps, in order (cmd_tour_steps.cc).
  void tell_the_story();
  void three_departments_ask();
  void marketing_asks_for_clearance();
  void two_employees_grant();
  void the_case_is_closed();
  void killed_and_restarted();
  bool settled(const std::string& target, const std::string& answer);

  /// Asks and prints; what is shown of the answer begins at `from` (empty: at its begin).
  ClientAnswer ask(std::string_view method, const std::string& target, const std::string& body,
                   std::string_view from = {});
  ClientAnswer ask_quietly(std::string_view method, const std::string& target,
                           const std::string& body);
  void show(std::string_view method, const std::string& target, const std::string& body,
            const ClientAnswer& answer, std::string_view from);
  void note(std::string line);
  /// Notes what is right; what is not is a mistake of the step.
  void check(bool right, const std::string& what, const std::string& found = {});

  const Program& program_;
  std::string folder_;
  std::string policy_;
  bool keep_ = false;
  std::unique_ptr<TourServer> server_;
  std::vector<TourStep> steps_;
};

}  // namespace concord::server
