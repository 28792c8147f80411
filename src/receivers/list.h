#pragma once
#include "config/receiver_kind.h"

namespace alarum::receivers {

/// All kinds of receivers that there are.
const config::ReceiverKinds& kinds();

}  // namespace alarum::receivers
