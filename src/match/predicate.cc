#include "match/predicate.h"

#include <algorithm>

#include "rules/pattern_number.h"

namespace alarum::match {
namespace {

using Op = rules::Predicate::Op;
using model::LeafKind;

// The test that an operand makes: of a nested form of anything-but the one that is negated, else
// its own.
Op test_of(Op operand, Op whole) {
  switch (whole) {
    case Op::anything_but_prefix:
      return Op::prefix;
    case Op::anything_but_suffix:
      return Op::suffix;
    case Op::anything_but_ignore_case:
      return Op::equals_ignore_case;
    case Op::anything_but_wildcard:
      return Op::wildcard;
    default:
      return operand;
  }
}

}  // namespace

CompiledPredicate::CompiledPredicate(const rules::Predicate& predicate)
    : op_(predicate.op),
      text_(predicate.text),
      flag_(predicate.flag),
      low_(predicate.low),
      high_(predicate.high) {
  if (op_ == Op::number) number_ = rules::comparable_number(text_);
  if (op_ == Op::string && !flag_) address_ = IpAddress::parse(text_);
  if (op_ == Op::cidr) block_ = IpBlock::parse(text_);
  if (op_ == Op::wildcard) wildcard_.emplace(text_);
  if (op_ == Op::equals_ignore_case || op_ == Op::prefix_ignore_case ||
      op_ == Op::suffix_ignore_case)
    ignore_case_.emplace(text_);
  for (auto operand : predicate.operands) {
    operand.op = test_of(operand.op, op_);
    operands_.emplace_back(operand);
    operands_.back().address_.reset();  // anything-but is textual, unlike the plain literal
  }
}

// Without a default, so that the compiler names each Op that is forgotten here.
bool CompiledPredicate::passes(const model::Leaf& leaf) const {
  const bool text = leaf.kind == LeafKind::string;
  switch (op_) {
    case Op::null:
    case Op::boolean:
    case Op::number:
    case Op::string:
      return literal(leaf);
    case Op::prefix:
      return text && leaf.text.starts_with(text_);
    case Op::suffix:
      return text && leaf.text.ends_with(text_);
    case Op::equals_ignore_case:
      return text && ignore_case_->equals(leaf.text);
    case Op::prefix_ignore_case:
      return text && ignore_case_->begins(leaf.text);
    case Op::suffix_ignore_case:
      return text && ignore_case_->ends(leaf.text);
    case Op::wildcard:
      return text && wildcard_->fits(leaf.text);
    case Op::cidr:
      return text && in_block(leaf.text);
    case Op::numeric:
      return number_passes(leaf);
    case Op::exists:
      return flag_;
    case Op::anything_but_values:
    case Op::anything_but_prefix:
    case Op::anything_but_suffix:
    case Op::anything_but_ignore_case:
    case Op::anything_but_wildcard:
      return none_of_operands(leaf);
  }
  return false;
}

bool CompiledPredicate::literal(const model::Leaf& leaf) const {
  if (op_ == Op::null) return leaf.kind == LeafKind::null;
  if (op_ == Op::boolean) return leaf.kind == LeafKind::boolean && leaf.text == text_;
  if (op_ == Op::number) {
    if (leaf.kind != LeafKind::number) return false;
    if (leaf.text == text_) return true;
    return number_ && rules::comparable_number(leaf.text) == number_;
  }
  if (leaf.kind != LeafKind::string) return false;
  return leaf.text == text_ || (address_ && IpAddress::parse(leaf.text) == address_);
}

bool CompiledPredicate::in_block(std::string_view text) const {
  const auto address = IpAddress::parse(text);
  return address && block_ && block_->holds(*address);
}

bool CompiledPredicate::number_passes(const model::Leaf& leaf) const {
  if (leaf.kind != LeafKind::number) return false;
  const auto value = rules::comparable_number(leaf.text);
  if (!value) return false;
  if (low_ && !(*value > low_->value || (low_->inclusive && *value == low_->value))) return false;
  return !high_ || *value < high_->value || (high_->inclusive && *value == high_->value);
}

bool CompiledPredicate::none_of_operands(const model::Leaf& leaf) const {
  return std::none_of(operands_.begin(), operands_.end(),
                      [&](const auto& operand) { return operand.passes(leaf); });
}

}  // namespace alarum::match
