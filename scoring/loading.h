// Reading a policy folder, step by step: what is read so far, and the mistakes found.
// Thread class: one-owner. Used by load_policy() only.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/policy_data.h"
#include "scoring/table_reader.h"

namespace concord::scoring {

struct PolicyFile {
  std::string name;  // inside the folder: "actions/service.toml"
  std::string bytes;
  TomlNode root;  // of a *.toml file
};

struct Loading {
  /// Never moves: the environment of the conditions points into it.
  std::unique_ptr<PolicyData> owned = std::make_unique<PolicyData>();
  PolicyData& data = *owned;
  Problems problems;
};

// The steps, in the order load_policy() takes them.
void load_zones(Loading& loading, const PolicyFile& file);
/// Everything in company.toml that needs no condition.
void load_company(Loading& loading, TableReader& company);
void load_features(Loading& loading, const PolicyFile& file);
/// Every models/*.toml, and the models/*.json they name.
void load_models(Loading& loading, std::span<const PolicyFile> files);
/// Block rules and the engagement policy of all actions. Requires: the environment is declared.
void load_rules(Loading& loading, TableReader& company);
void load_catalogue(Loading& loading, std::span<const PolicyFile* const> files);
/// Sorts, numbers and cross-checks what the files said.
void link_policy(Loading& loading, TableReader& company);

// Shared by the steps.

/// Keys of a filter: kind, state, trouble, direction, purpose, open, overdue, requested, public,
/// priority_max, younger_than, due_within, closed_within, department, source, channel, topic,
/// reason, status, brand, attribute, values, sure.
Filter read_filter(Loading& loading, const TomlNode& table, const std::string& what,
                   TableReader& parent);
/// The conditions of `key` (a string or an array), compiled.
std::vector<std::uint32_t> read_conditions(Loading& loading, TableReader& reader,
                                           std::string_view key);
/// One condition; kNone when it is wrong or absent.
std::uint32_t read_condition(Loading& loading, TableReader& reader, std::string_view key);
/// The same of a treatment: it may speak of `channel`.
std::uint32_t read_treatment_condition(Loading& loading, TableReader& reader, std::string_view key);
Engagement read_engagement(Loading& loading, TableReader& reader);
/// Channels of `key` as bits; a name that is not a channel is a problem.
std::uint64_t read_channels(Loading& loading, TableReader& reader, std::string_view key);
/// Number of the channel; kNone when there is none.
std::uint32_t find_channel(const PolicyData& data, std::string_view id);
/// `word` must be one of `known`; else a problem at `key`.
void check_known(TableReader& reader, std::string_view key, std::string_view word,
                 std::string_view what, std::span<const std::string> known);
/// "Hello[[ {key}]]" in pieces; a wrong placeholder is a problem.
std::vector<TextPiece> read_wording(std::string_view text, const std::string& place,
                                    Problems& problems);

}  // namespace concord::scoring
