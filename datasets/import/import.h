// Extracts to events: reads every file that sources.toml names and hands its events, encoded and
// numbered, to a sink in one fixed order (sources, files, rows), whatever the number of threads.
// Thread class: one-owner; the sink is called by the calling thread alone.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "datasets/import/report.h"
#include "datasets/import/sources.h"
#include "index/base/result.h"
#include "index/base/types.h"

namespace concord::datasets {

/// Where the events go.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// `bytes`: an encoded event (index/log/event.h), valid during the call, aligned to 8. `seq` is
  /// 1, 2, 3 … without a gap. An error ends the import.
  virtual Result<void> accept(index::EventSeq seq, std::string_view bytes) = 0;
};

/// (the file being read, bytes read so far of all files, bytes of all files)
using ImportProgress = std::function<void(const std::string&, std::uint64_t, std::uint64_t)>;

/// `files_folder` empty: the folder of sources.toml. `threads` 0: all hardware threads.
/// What is wrong with a row or a file is in the report and ends nothing. Errors: not_found (none of
/// the files is there), whatever the sink says.
Result<ImportReport> import_events(const Sources& sources, const std::string& files_folder,
                                   unsigned threads, EventSink& sink,
                                   const ImportProgress& progress = {});

}  // namespace concord::datasets
