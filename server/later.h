// Answers that are not ready: what a request waits for, what an answer is drawn from bit by bit,
// and the bell that makes an event loop look again.
// A handler that must wait says what for (Response::later) and returns; the loop parks the request
// and serves others. Whoever finishes the work makes ready() true and then rings the loop's Waker:
// in this order, or the bell is heard too early. One bell serves any number of waiting requests.
// Thread class: any-thread (Waker, Later::ready), one-owner (Stream: its loop's).
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

#include "index/base/buffer.h"

namespace concord::server {

/// What one parked request waits for. Shared between the loop and whoever does the work; when the
/// client hangs up, the loop lets go of its share and nothing else happens.
class Later {
 public:
  Later() = default;
  virtual ~Later() = default;
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;
  /// Any thread, quick: asked at each ring for each parked request. Once true it stays true.
  [[nodiscard]] virtual bool ready() const = 0;
  /// Events on their way to the log: their answers, and what their sender says next, come after
  /// questions.
  [[nodiscard]] virtual bool is_intake() const { return false; }
};

/// A body without an end known beforehand. Its loop asks it when rung and when the client has taken
/// everything, never while bytes wait unsent.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  /// Appends what there is, about 64 KiB at most; it is asked again as long as it gives something.
  /// False: this was the end.
  virtual bool pull(index::Buffer& out) = 0;
  /// Nothing was sent for a while (ListenerSettings::stream_quiet_ms): bytes that say "still here"
  /// find out clients that are gone.
  virtual void quiet(index::Buffer&) {}
};

/// The bell of one event loop. Copies ring the same bell; a bell whose loop has ended is silent.
/// Thread class: any-thread.
class Waker {
 public:
  /// Errors: none; without a descriptor it never rings (`valid` is false).
  Waker();
  [[nodiscard]] bool valid() const;
  /// Rings. Rings that come before the loop has answered cost one atomic exchange.
  void wake() const;

  /// For the loop: readable when rung.
  [[nodiscard]] int descriptor() const;
  /// For the loop: from now on the next ring counts. What was done before an earlier ring is
  /// visible to the caller.
  void answer() const;

 private:
  struct Bell;
  std::shared_ptr<Bell> bell_;
};

}  // namespace concord::server
