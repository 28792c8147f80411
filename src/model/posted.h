#pragma once
#include <string_view>

#include "model/event.h"

namespace alarum::model {

/// The extension attribute (its format: `alertmanager`) of an event that stands for an alert posted
/// to the API (alert/posted.h). Its id is unlike any other, and it needs no rule.
constexpr std::string_view kPostedMark = "posted";
bool is_posted(const Event& event);

}  // namespace alarum::model
