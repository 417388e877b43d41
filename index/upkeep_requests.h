// How a command asks the process that holds a data folder for a backup: a file in DATA/requests,
// answered by another. Who may write into the data folder may ask.
// Thread class: any-thread (functions).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "index/backup.h"
#include "index/base/result.h"

namespace concord::index {

struct BackupRequest {
  std::string path;  // of the file that asks
  std::string out;   // folder of the backup, absolute
};

/// The service's side. What an earlier process left is removed.
void clear_requests(const std::string& data_folder);
/// The next one, marked as taken.
std::optional<BackupRequest> take_request(const std::string& data_folder);
void answer_request(const BackupRequest& request, const Result<BackupReport>& report);

/// The command's side: asks and waits. Errors: io_error (nobody took it within `taken_ms_max`; the
/// request is withdrawn), and what the service says.
Result<BackupReport> request_backup(const std::string& data_folder, const std::string& out,
                                    std::int64_t taken_ms_max);

}  // namespace concord::index
