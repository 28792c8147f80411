#include "app/target_names.h"

#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::app {
namespace {

using Names = std::vector<std::string>;

config::Integration webhook(const std::string& url) {
  config::Integration one;
  one.kind = "webhook", one.url = config::Secret(url);
  return one;
}

config::Receiver receiver(const std::vector<std::string>& urls) {
  config::Receiver out{"ops", {}};
  for (const auto& url : urls) out.integrations.push_back(webhook(url));
  return out;
}

// The names of one config after another.
struct Config {
  Names after(const std::vector<std::string>& urls) {
    const auto now = receiver(urls);
    const auto names = target_names(now, known);
    known.clear();
    for (std::size_t i = 0; i < names.size(); ++i)
      known[names[i]] = destination_of(now.integrations[i]);
    return names;
  }
  Destinations known;
};

TEST(TargetNames, ArePlacesAtFirst) {
  auto both = receiver({"a", "b"});
  config::Integration file;
  file.kind = "file";
  both.integrations.insert(both.integrations.begin() + 1, file);
  EXPECT_EQ(target_names(both, {}), (Names{"ops/webhook/0", "ops/file/0", "ops/webhook/1"}));
}

TEST(TargetNames, StayWithTheirDestinations) {
  Config names;
  names.after({"a", "b"});
  EXPECT_EQ(names.after({"b"}), Names{"ops/webhook/1"}) << "what waits for a does not go to b";
  EXPECT_EQ(names.after({"c", "b"}), (Names{"ops/webhook/0", "ops/webhook/1"}));
  EXPECT_EQ(names.after({"d", "c", "b"}),
            (Names{"ops/webhook/2", "ops/webhook/0", "ops/webhook/1"}));
  EXPECT_EQ(names.after({"b", "d", "c"}),
            (Names{"ops/webhook/1", "ops/webhook/2", "ops/webhook/0"}));
}

TEST(TargetNames, AUrlThatIsChangedKeepsItsName) {
  Config names;
  names.after({"a", "b"});
  EXPECT_EQ(names.after({"a", "c"}), (Names{"ops/webhook/0", "ops/webhook/1"}));
}

TEST(TargetNames, TwoOfOneDestinationKeepTheirPlaces) {
  Config names;
  names.after({"a", "a"});
  EXPECT_EQ(names.after({"a", "a"}), (Names{"ops/webhook/0", "ops/webhook/1"}));
}

TEST(TargetNames, ADestinationIsMoreThanItsUrl) {
  const auto slack = [](const std::string& channel) {
    return receivers::integration_of("slack_configs: [{url: 'http://x', channel: " + channel + "}]")
        .as;
  };
  auto one = webhook("u"), other = webhook("u");
  other.timeout = std::chrono::seconds(1);
  EXPECT_EQ(destination_of(one), destination_of(other));
  one.as = slack("'#a'"), other.as = slack("'#b'");
  EXPECT_NE(destination_of(one), destination_of(other));
}

}  // namespace
}  // namespace alarum::app
