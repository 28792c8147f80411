#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/notification.h"

// The words for why nobody was notified: the API's `why`, the label of metrics, the database's
// column, the values that `history --why` takes. They all come from one table.

namespace alarum::model {

struct SuppressionReason {
  Suppressed::Why why;
  std::string_view word;
  std::string_view old_word;  ///< of releases up to 0.1; empty: the word was not renamed
};

/// All reasons, in the order in which docs/not-notified.md explains them.
std::span<const SuppressionReason> suppression_reasons();

/// Every word, with commas between them.
std::string suppression_words();

/// The reason with that word; nullptr if there is none. Old words are not looked at.
const SuppressionReason* suppression_reason(std::string_view word);

/// The reason that had this word in an older release; nullptr if there is none.
const SuppressionReason* renamed_suppression_reason(std::string_view old_word);

/// The word of today for one that an older release may have stored. Other texts stay as they are.
std::string current_suppression_word(std::string_view stored);

}  // namespace alarum::model
