#include "bench/peers/raw_xapian.h"

#include <xapian.h>

#include <cstdio>
#include <cstdlib>

namespace concord::bench {
namespace {

[[noreturn]] void give_up(const Xapian::Error& error) {
  std::fprintf(stderr, "raw_xapian: %s\n", error.get_description().c_str());
  std::exit(1);
}

Xapian::Query query_of(const std::vector<PeerWord>& words) {
  std::vector<Xapian::Query> all;
  for (const PeerWord& word : words)
    all.emplace_back(Xapian::Query::OP_SYNONYM, word.begin(), word.end());
  return {Xapian::Query::OP_AND, all.begin(), all.end()};
}

}  // namespace

struct RawXapian::State {
  Xapian::Database database;
};

RawXapian::RawXapian(const std::string& file) {
  try {
    state_ = std::make_unique<State>(State{Xapian::Database(file)});
  } catch (const Xapian::Error& error) {
    give_up(error);
  }
}
RawXapian::~RawXapian() = default;

std::size_t RawXapian::top_ten(const std::vector<PeerWord>& words) {
  try {
    Xapian::Enquire enquire(state_->database);
    enquire.set_query(query_of(words));
    enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1, 0.75, 0));
    return enquire.get_mset(0, 10).size();
  } catch (const Xapian::Error& error) {
    give_up(error);
  }
}

std::size_t RawXapian::count(const std::vector<PeerWord>& words) {
  try {
    Xapian::Enquire enquire(state_->database);
    enquire.set_query(query_of(words));
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    return enquire.get_mset(0, state_->database.get_doccount()).size();
  } catch (const Xapian::Error& error) {
    give_up(error);
  }
}

}  // namespace concord::bench
