// One body on its way: read into items, made ready, handed to the live base in pieces, and, when
// all of it is durable and readable (or refused), answered with one row for each item.
// Thread class: IntakeJob one-owner, handed from the event loop to a worker and back; ready()
// any-thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/buffer.h"
#include "index/live.h"
#include "index/log/rejections.h"
#include "server/http_body.h"
#include "server/inflate.h"
#include "server/intake.h"
#include "server/later.h"

namespace concord::server {

class IntakeDesk;

/// How a body is read.
enum class IntakeForm : std::uint8_t { lines, document, cloud_event, cloud_batch, segment, retry };

struct IntakeBody {
  IntakeForm form = IntakeForm::lines;
  std::string verb;  // of form segment
  Body bytes;
  std::string text;  // in place of `bytes`: made by us
  ContentCoding coding = ContentCoding::identity;
  std::vector<index::Rejection> again;  // of form retry
};

enum class RowStatus : std::uint8_t { accepted, duplicate, rejected, unknown, skipped };
std::string_view word(RowStatus status);

struct IntakeRow {
  std::uint32_t line = 0;
  std::string id;
  RowStatus status = RowStatus::unknown;
  index::EventSeq revision = 0;
  std::optional<Fault> fault;
};

/// What became of a body as a whole.
struct IntakeResult {
  std::optional<index::Error> unreadable;    // nothing of it was taken
  index::Taken taken = index::Taken::taken;  // else: why some rows are unknown
  std::size_t done = 0;                      // rows that are not unknown
  std::size_t unknown = 0;
  bool unlisted = false;  // something was refused, and the list of rejections could not take it
};

class IntakeJob final : public Later, public std::enable_shared_from_this<IntakeJob> {
 public:
  IntakeJob(IntakeDesk& desk, IntakeBody body, IntakeAsk ask, std::optional<Waker> waker);
  ~IntakeJob() override;

  [[nodiscard]] bool ready() const override { return ready_.load(std::memory_order_acquire); }
  [[nodiscard]] bool is_intake() const override { return true; }

  /// Reads the body and hands on what is in it; `may_wait`: on a worker, for room in the queue.
  void run(bool may_wait);
  /// The rows' outcomes, the rejections listed. Once, by a worker or by the reader of the answer.
  void settle();
  /// When ready: the outcome of the whole, and the rows as lines of JSON.
  [[nodiscard]] const IntakeResult& result();
  [[nodiscard]] std::string_view lines();
  [[nodiscard]] const std::vector<IntakeRow>& rows();
  /// Of form retry: what was tried again, one for each row.
  [[nodiscard]] const std::vector<index::Rejection>& again() const { return body_.again; }

 private:
  struct Place {  // where a row's events are; count 0: nowhere
    std::uint32_t piece = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  struct Kept {  // what a rejection would keep
    std::string source;
    std::string format;
    std::string_view raw;  // in the body, or in `own`
    std::unique_ptr<std::string> own;
  };

  [[nodiscard]] index::Result<std::string_view> text();
  [[nodiscard]] index::Result<void> read(std::string_view text);
  void read_again();
  void take(IntakeItem&& item);
  bool prepare(IntakeItem& item, std::vector<index::Incoming>& ready);
  void hand_on(bool last);
  [[nodiscard]] index::Taken submit(const std::shared_ptr<index::Submission>& piece);
  void one_done();
  void complete();
  [[nodiscard]] bool is_quick() const;
  void settle_row(std::size_t number);
  void list_rejections();
  void list_unreadable();
  void take_off_the_list();
  [[nodiscard]] index::Rejection rejection_of(std::size_t number) const;

  IntakeDesk& desk_;
  IntakeBody body_;
  IntakeAsk ask_;
  std::optional<Waker> waker_;
  index::Buffer inflated_;
  std::string_view text_;
  bool may_wait_ = false;

  std::vector<IntakeRow> rows_;
  std::vector<Place> places_;  // one for each row
  std::vector<Kept> kept_;     // one for each row
  std::vector<std::shared_ptr<index::Submission>> pieces_;
  std::shared_ptr<index::Submission> open_;  // the piece being filled
  std::size_t open_bytes_ = 0;
  index::Taken closed_ = index::Taken::taken;  // else: nothing more is handed on

  std::atomic<std::size_t> pending_{1};  // pieces on their way, and the reading itself
  std::atomic<bool> ready_{false};
  bool settled_ = false;
  IntakeResult result_;
  index::Buffer lines_;
};

}  // namespace concord::server
