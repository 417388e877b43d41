// The contract and the program say the same: every route and option stands in both.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "index/base/json_reader.h"
#include "server/routes.h"
#include "server/routes_embedded.h"

namespace concord::server {
namespace {

class OpenApi : public testing::Test {
 protected:
  void SetUp() override {
    const auto parsed = reader_.parse(embedded_file("openapi.json"));
    ASSERT_TRUE(parsed.has_value()) << parsed.error().text();
    document_ = *parsed;
  }
  [[nodiscard]] index::JsonValue paths() const { return *document_.find("paths"); }
  static std::string_view verb(Method method) { return method == Method::get ? "get" : "post"; }

  index::JsonReader reader_;
  index::JsonValue document_;
};

TEST_F(OpenApi, EveryRouteOfTheProgramIsInTheContract) {
  for (const RouteInfo& info : route_infos()) {
    const auto path = paths().find(info.path);
    ASSERT_TRUE(path.has_value()) << info.path;
    const auto operation = path->find(verb(info.method));
    ASSERT_TRUE(operation.has_value()) << info.path;
    if (info.method != Method::get) continue;
    std::set<std::string> wanted;
    for (const Option option : info.options)
      wanted.insert("#/components/parameters/" + std::string(name_of(option)));
    std::set<std::string> found;
    if (const auto parameters = operation->find("parameters"))
      for (const index::JsonValue one : parameters->elements())
        if (const auto reference = one.find("$ref")) found.emplace(*reference->as_string());
    EXPECT_EQ(found, wanted) << info.path;
  }
}

TEST_F(OpenApi, EveryRouteOfTheContractIsInTheProgram) {
  std::size_t count = 0;
  for (const index::JsonMember path : paths().members())
    for (const index::JsonMember operation : path.value.members()) {
      ++count;
      const auto infos = route_infos();
      EXPECT_TRUE(std::any_of(infos.begin(), infos.end(), [&](const RouteInfo& info) {
        return info.path == path.name && verb(info.method) == operation.name;
      })) << path.name;
    }
  EXPECT_EQ(count, route_infos().size());
}

/// Every "$ref" below `value` leads somewhere.
void check_references(index::JsonValue document, index::JsonValue value) {
  for (const index::JsonValue one : value.elements()) check_references(document, one);
  for (const index::JsonMember member : value.members()) {
    check_references(document, member.value);
    if (member.name != "$ref") continue;
    const std::string_view to = *member.value.as_string();
    if (to.starts_with("/schemas/")) {
      EXPECT_FALSE(embedded_file(to.substr(9)).empty()) << to;
      continue;
    }
    const std::string_view rest = to.substr(std::string_view("#/components/").size());
    const std::size_t slash = rest.find('/');
    const auto group = document.find("components")->find(rest.substr(0, slash));
    EXPECT_TRUE(group && group->find(rest.substr(slash + 1))) << to;
  }
}

TEST_F(OpenApi, EveryReferenceLeadsSomewhere) { check_references(document_, document_); }

}  // namespace
}  // namespace concord::server
