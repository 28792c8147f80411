#include "app/reload_state.h"

#include <gtest/gtest.h>

#include "receivers/list.h"

namespace alarum::app {
namespace {

std::vector<std::string> changes(const std::string& before, const std::string& after) {
  Diagnostics out;
  const auto a = config::parse(before, "c.yaml", receivers::kinds(), out),
             b = config::parse(after, "c.yaml", receivers::kinds(), out);
  EXPECT_TRUE(out.ok()) << out.text();
  return changed_keys(start_keys(*a), start_keys(*b));
}

TEST(ReloadState, NamesWhatTakesEffectOnlyAtAStart) {
  EXPECT_EQ(changes("",
                    "limits: {body: 16MiB}\njournal: {keep: matched}\ndedup: {window: 1h}\nlisten: "
                    "127.0.0.1:1\nlog: {format: json}\nces: {strict: true}\n"),
            (std::vector<std::string>{
                "listen (127.0.0.1:9797, on disk 127.0.0.1:1)", "limits.body (8MiB, on disk 16MiB)",
                "journal.keep (all, on disk matched)", "dedup.window (1d, on disk 1h)",
                "ces.strict (false, on disk true)", "log.format (logfmt, on disk json)"}));
  EXPECT_EQ(changes("limits: {idle_timeout: 1s, depth: 5}", "limits: {idle_timeout: 2s, depth: 6}"),
            (std::vector<std::string>{"limits.depth (5, on disk 6)",
                                      "limits.idle_timeout (1s, on disk 2s)"}));
}

TEST(ReloadState, SaysNothingOfWhatAReloadReplaces) {
  EXPECT_EQ(changes("limits: {body: 8MiB}",
                    "rules: []\nexternal_url: http://h\nsilences: {min_matchers: 2}\nroute: "
                    "{receiver: a}\nreceivers: [{name: a}]\nsources: [{tcp: '127.0.0.1:1'}]"),
            std::vector<std::string>());
}

}  // namespace
}  // namespace alarum::app
