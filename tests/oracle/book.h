// The slow, obvious engine: who said what about whom. It keeps every event it was told and works
// out an answer from all of them each time. It shares with the fast engine the event's form, the
// word lists and the JSON writer, and nothing else: no fold, no merge, no stored piece. Thread
// class: one-owner.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "index/base/types.h"
#include "index/base/vocabulary.h"
#include "index/customer/identity_types.h"
#include "index/log/event.h"

namespace concord::oracle {

using index::CustomerId;
using index::EventDraft;
using index::EventSeq;

struct Said {
  EventSeq seq = 0;
  const EventDraft* event = nullptr;
  bool introduces = false;  // a membership that made this account known
};

/// Of a consent only the last word counts, so the words are kept one by one.
struct ConsentWord {
  index::ConsentState state = index::ConsentState::unknown;
  EventSeq seq = 0;
  const EventDraft* event = nullptr;
};
/// purpose, channel, identity, brand
using ConsentKey = std::tuple<std::string, std::string, std::string, std::string>;

/// A customer or an account.
struct Person {
  CustomerId id;
  std::vector<Said> said;  // all events about him, in log order
  std::map<ConsentKey, ConsentWord> consents;
  std::vector<CustomerId> merged_from;
  EventSeq revision = 0;  // of his own events; releases come on top
};

struct NamedIdentity {
  std::string text;  // type:value in its one form
  std::string type;
  bool joins = true;
};

class Book {
 public:
  /// `events` in log order, all acceptable; they must outlive the book.
  Book(const index::IdentityTypes& types, const std::vector<EventDraft>& events);

  /// All that were not merged into another, in the order they became known.
  [[nodiscard]] std::vector<const Person*> people() const;
  /// Who that id stands for now; null when nobody.
  [[nodiscard]] const Person* find(CustomerId id) const;
  [[nodiscard]] const Person* find_identity(std::string_view identity) const;
  /// Events of kind release that name no customer.
  [[nodiscard]] const std::vector<Said>& releases() const { return releases_; }
  /// The identities an event names, in their one form.
  [[nodiscard]] std::vector<NamedIdentity> identities_of(const EventDraft& event) const;
  [[nodiscard]] NamedIdentity normalised(std::string_view identity) const;

 private:
  void take(EventSeq seq, const EventDraft& event);
  std::size_t owner_of(const NamedIdentity& identity) const;
  std::size_t new_person(const std::string& first_identity);
  void join(std::size_t into, std::size_t from, EventSeq seq);
  void take_consent(Person& person, EventSeq seq, const EventDraft& event);

  static constexpr std::size_t kNobody = ~std::size_t{0};
  const index::IdentityTypes& types_;
  std::vector<Person> people_;         // in the order they became known
  std::vector<std::size_t> survivor_;  // by place in people_: itself, or whom it became part of
  std::map<std::string, std::size_t> owner_;  // joining identity → place
  std::vector<Said> releases_;
};

bool is_release(const EventDraft& event);

}  // namespace concord::oracle
