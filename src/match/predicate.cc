#include "match/predicate.h"

#include <algorithm>

#include "rules/pattern_number.h"

namespace alarum::match {
namespace {

using Op = rules::Predicate::Op;
using model::LeafKind;

// The plain operator that each nested form of anything-but negates.
Op inner(Op op) {
  switch (op) {
    case Op::anything_but_prefix:
      return Op::prefix;
    case Op::anything_but_suffix:
      return Op::suffix;
    case Op::anything_but_ignore_case:
      return Op::equals_ignore_case;
    case Op::anything_but_wildcard:
      return Op::wildcard;
    default:
      return op;
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
    if (op_ != Op::anything_but_values) operand.op = inner(op_);
    operands_.emplace_back(operand);
    operands_.back().address_.reset();  // anything-but is textual, unlike the plain literal
  }
}

bool CompiledPredicate::passes(const model::Leaf& leaf) const {
  switch (op_) {
    case Op::null:
    case Op::boolean:
    case Op::number:
    case Op::string:
      return literal(leaf);
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
    default:
      return leaf.kind == LeafKind::string && text_passes(leaf.text);
  }
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

bool CompiledPredicate::text_passes(std::string_view text) const {
  switch (op_) {
    case Op::prefix:
      return text.starts_with(text_);
    case Op::suffix:
      return text.ends_with(text_);
    case Op::equals_ignore_case:
      return ignore_case_->equals(text);
    case Op::prefix_ignore_case:
      return ignore_case_->begins(text);
    case Op::suffix_ignore_case:
      return ignore_case_->ends(text);
    case Op::wildcard:
      return wildcard_->fits(text);
    default: {
      const auto address = IpAddress::parse(text);
      return address && block_ && block_->holds(*address);
    }
  }
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
