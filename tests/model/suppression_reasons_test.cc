#include "model/suppression_reasons.h"

#include <gtest/gtest.h>

#include <set>

namespace alarum::model {
namespace {

TEST(SuppressionReasons, EachHasOneWordThatIsListed) {
  std::set<std::string_view> words;
  for (const auto& reason : suppression_reasons()) {
    words.insert(reason.word);
    EXPECT_EQ(to_text(reason.why), reason.word);
    EXPECT_EQ(suppression_reason(reason.word), &reason);
    EXPECT_NE(suppression_words().find(reason.word), std::string::npos);
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Suppressed::Why::no_integration));
}

TEST(SuppressionReasons, AreFoundByTheWordsOfOlderReleasesWhichAreNotListed) {
  for (const auto& [old_word, why] : {std::pair("known", Suppressed::Why::already_notified),
                                      std::pair("untold", Suppressed::Why::never_notified),
                                      std::pair("unwanted", Suppressed::Why::filtered),
                                      std::pair("rerouted", Suppressed::Why::config_changed)}) {
    EXPECT_EQ(suppression_reason(old_word), nullptr);
    ASSERT_NE(renamed_suppression_reason(old_word), nullptr) << old_word;
    EXPECT_EQ(renamed_suppression_reason(old_word)->why, why);
    EXPECT_EQ(current_suppression_word(old_word), to_text(why));
    EXPECT_EQ((", " + suppression_words() + ", ").find(std::string(", ") + old_word + ", "),
              std::string::npos);
  }
  EXPECT_EQ(renamed_suppression_reason(""), nullptr) << "most have no old word";
  EXPECT_EQ(renamed_suppression_reason("silenced"), nullptr);
  EXPECT_EQ(current_suppression_word("delivered"), "delivered");
}

}  // namespace
}  // namespace alarum::model
