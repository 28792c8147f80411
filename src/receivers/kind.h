#pragma once
#include "config/field_reader.h"
#include "config/receiver_kind.h"
#include "receivers/receiver.h"

// For the files of the kinds: the words of the config's reader.

namespace alarum::receivers {

using config::FieldReader;
using config::Integration;
using config::ReceiverKind;
using Form = config::ReceiverKey::Form;

}  // namespace alarum::receivers
