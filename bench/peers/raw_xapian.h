// The peer of search: Xapian itself, asked over the same index file with its own BM25, nothing else
// done. It cannot be asked for phrases: the file holds no positions. Thread class: one-owner.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace concord::bench {

/// One word of a question: the terms that stand for it, any of them.
using PeerWord = std::vector<std::string>;

class RawXapian {
 public:
  /// Ends the program with a word when the file cannot be opened.
  explicit RawXapian(const std::string& file);
  ~RawXapian();
  RawXapian(const RawXapian&) = delete;
  RawXapian& operator=(const RawXapian&) = delete;

  /// Asks for the ten best documents that hold every word; returns how many came.
  std::size_t top_ten(const std::vector<PeerWord>& words);
  /// How many documents hold every word, counted to the last.
  std::size_t count(const std::vector<PeerWord>& words);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace concord::bench
