#include "consensus/enrollment_rules.hpp"

#include <algorithm>

namespace quorate::consensus {

namespace {

Result<> check_anchor(const Anchor& anchor, const bitcoin::Enrollment& enrollment) {
  if (enrollment.set != anchor.set) return Errc::enrollment_wrong_anchor;
  if (enrollment.state_root != anchor.state_root) return Errc::enrollment_wrong_state_root;
  return done();
}

/// The first input must come from the address the VRF key was registered for.
Result<> check_owner(const bitcoin::MinedOperation& mined, const KeyRegistration* registration) {
  if (registration == nullptr) return Errc::enrollment_key_unknown;
  if (registration->mined.place.height >= mined.place.height) return Errc::enrollment_key_too_new;
  const bitcoin::Script* spent = mined.spent_script(0);
  if (spent == nullptr) return Errc::enrollment_input_unknown;
  if (spent->bytes != registration->owner_script) return Errc::enrollment_wrong_first_input;
  return done();
}

/// Same scripts in any order; what burns is equal whatever kind of script it burns with.
bool pays_exactly(const std::vector<bitcoin::Script>& expected,
                  std::span<const bitcoin::TxOut> outputs) {
  const auto normal = [](const bitcoin::Script& script) {
    return bitcoin::is_burn(script) ? bitcoin::burn_script() : script;
  };
  std::vector<bitcoin::Script> want;
  std::vector<bitcoin::Script> have;
  for (const auto& script : expected) want.push_back(normal(script));
  for (const auto& output : outputs) have.push_back(normal(output.script));
  std::sort(want.begin(), want.end());
  std::sort(have.begin(), have.end());
  return want == have;
}

Result<Sats> spend_of(const EnrollmentWindow& window, const bitcoin::Transaction& tx) {
  const std::size_t count = window.outputs.size();
  if (tx.outputs.size() < 1 + count) return Errc::enrollment_outputs_missing;
  const std::span outputs(tx.outputs.data() + 1, count);
  if (window.phase == CyclePhase::prepare) {
    if (!bitcoin::is_burn(outputs[0].script)) return Errc::enrollment_not_burnt;
  } else if (!pays_exactly(window.outputs, outputs)) {
    return Errc::enrollment_wrong_recipients;
  }
  Sats sum{0};
  for (const auto& output : outputs) {
    if (output.value != outputs[0].value) return Errc::enrollment_unequal_outputs;
    sum += output.value;
  }
  if (sum.value == 0) return Errc::enrollment_spends_nothing;
  return sum;
}

}  // namespace

OpenedWindow open_window(const Params& params, TermNumber mined_in, const Anchor& anchor,
                         RewardSet remaining) {
  OpenedWindow out;
  out.window = EnrollmentWindow{mined_in, anchor, phase_of(params, mined_in), {}};
  if (out.window.phase == CyclePhase::prepare) {
    out.window.outputs = {bitcoin::burn_script()};
    out.remaining = std::move(remaining);
    return out;
  }
  RecipientDraw draw =
      draw_recipients(anchor.seed, std::move(remaining), params.recipients_per_term);
  for (RewardScript& script : draw.recipients) {
    out.window.outputs.push_back({std::move(script.bytes)});
  }
  out.window.outputs.resize(params.recipients_per_term, bitcoin::burn_script());
  out.remaining = std::move(draw.remaining);
  return out;
}

Result<Enrollment> judge_enrollment(const EnrollmentWindow& window,
                                    const bitcoin::MinedOperation& mined,
                                    const bitcoin::Enrollment& enrollment,
                                    const KeyRegistration* registration) {
  TRY(check_anchor(window.anchor, enrollment));
  TRY(check_owner(mined, registration));
  TRY_ASSIGN(const Sats spend, spend_of(window, mined.tx));
  return Enrollment{registration->key, enrollment.signing_key, spend, {mined.place, mined.txid}};
}

}  // namespace quorate::consensus
