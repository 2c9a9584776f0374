#include "consensus/enrollment_rules.hpp"

#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

using testing::producer;
using testing::tiny_params;

RewardSet scripts(std::uint32_t count) {
  RewardSet out;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto key = crypto::SecretKey::derive("quorate/test/reward", encode(i)).public_key();
    out.push_back({bitcoin::p2wpkh_script(key).bytes});
  }
  return out;
}

struct Case {
  Params params = tiny_params();
  testing::Producer who = producer(0);
  EnrollmentWindow window;
  KeyRegistration registration;

  explicit Case(TermNumber mined_in = TermNumber{0}, std::uint32_t recipients = 25) {
    who.registered = bitcoin::BurnPlace{BurnHeight{101}, 1};
    Anchor anchor{{BurnHeight{100}, 3}, {}, crypto::sha256({})};
    anchor.state_root.bytes.fill(9);
    window = open_window(params, mined_in, anchor, scripts(recipients)).window;
    registration = {who.vrf_key, {*who.registered, {}}, who.wallet.bytes};
  }
  [[nodiscard]] Result<Enrollment> judge(const EnrollmentWindow& said, Sats each,
                                         BurnHeight at = BurnHeight{105}) const {
    return judge(testing::enrollment_tx(who, said, each, params), at);
  }
  [[nodiscard]] Result<Enrollment> judge(const bitcoin::BurnTx& tx, BurnHeight at,
                                         bool registered = true) const {
    const auto decoded = bitcoin::decode_transaction(tx.raw.bytes);
    const auto op = bitcoin::operation_of(params.magic, *decoded);
    REQUIRE(op.ok());
    const bitcoin::MinedOperation mined{{at, 2}, decoded->txid(), **op, *decoded,
                                        tx.spent_scripts};
    return judge_enrollment(window, mined, std::get<bitcoin::Enrollment>(**op),
                            registered ? &registration : nullptr);
  }
};

TEST_CASE("judge_enrollment: twenty equal outputs to the recipients in any order count") {
  Case c;
  const auto judged = c.judge(c.window, Sats{700});
  REQUIRE(judged.ok());
  CHECK(judged->spend == Sats{14'000});
  CHECK(judged->vrf_key == c.who.vrf_key);
  CHECK(judged->signing_key == c.who.signing_key.public_key());
  EnrollmentWindow turned = c.window;
  std::reverse(turned.outputs.begin(), turned.outputs.end());
  CHECK(c.judge(turned, Sats{700}).ok());
}

TEST_CASE("judge_enrollment: fewer than twenty recipients are filled up with burn outputs") {
  Case c(TermNumber{0}, 7);
  REQUIRE(c.window.outputs.size() == 20);
  CHECK(std::count_if(c.window.outputs.begin(), c.window.outputs.end(), bitcoin::is_burn) == 13);
  CHECK(c.judge(c.window, Sats{1})->spend == Sats{20});
  EnrollmentWindow greedy = c.window;  // Keeps one burn output for itself.
  for (auto& script : greedy.outputs) {
    if (!bitcoin::is_burn(script)) continue;
    script = c.who.wallet;
    break;
  }
  CHECK(c.judge(greedy, Sats{1}).code() == Errc::enrollment_wrong_recipients);
}

TEST_CASE("judge_enrollment: an address with two slots is paid twice") {
  Case c;
  c.window.outputs[3] = c.window.outputs[5];
  CHECK(c.judge(c.window, Sats{5}).ok());
  EnrollmentWindow once = c.window;
  once.outputs[3] = once.outputs[4];
  CHECK(c.judge(once, Sats{5}).code() == Errc::enrollment_wrong_recipients);
}

TEST_CASE("judge_enrollment: the prepare phase burns in output 1 and nothing else counts") {
  Case c(TermNumber{4});
  REQUIRE(c.window.phase == CyclePhase::prepare);
  REQUIRE(c.window.outputs.size() == 1);
  CHECK(c.judge(c.window, Sats{900})->spend == Sats{900});
  EnrollmentWindow other = c.window;
  other.outputs[0] = c.who.wallet;
  CHECK(c.judge(other, Sats{900}).code() == Errc::enrollment_not_burnt);
}

TEST_CASE("judge_enrollment: every false statement is refused by name") {
  Case c;
  EnrollmentWindow said = c.window;
  said.anchor.set.txoff = 4;
  CHECK(c.judge(said, Sats{1}).code() == Errc::enrollment_wrong_anchor);
  said = c.window;
  ++said.anchor.set.height;
  CHECK(c.judge(said, Sats{1}).code() == Errc::enrollment_wrong_anchor);
  said = c.window;
  said.anchor.state_root.bytes[31] ^= 1;
  CHECK(c.judge(said, Sats{1}).code() == Errc::enrollment_wrong_state_root);
  CHECK(c.judge(c.window, Sats{0}).code() == Errc::enrollment_spends_nothing);
  said = c.window;
  said.outputs.pop_back();  // The change output moves up into its place.
  CHECK(c.judge(said, Sats{1}).code() == Errc::enrollment_wrong_recipients);
  said.outputs.resize(5);
  CHECK(c.judge(said, Sats{1}).code() == Errc::enrollment_outputs_missing);
}

TEST_CASE("judge_enrollment: unequal outputs are refused") {
  Case c;
  auto tx = testing::enrollment_tx(c.who, c.window, Sats{5}, c.params);
  auto decoded = bitcoin::decode_transaction(tx.raw.bytes);
  decoded->outputs[20].value = Sats{6};
  tx.raw.bytes = bitcoin::encode_transaction(*decoded);
  CHECK(c.judge(tx, BurnHeight{105}).code() == Errc::enrollment_unequal_outputs);
}

TEST_CASE("judge_enrollment: the first input must spend from the registered address") {
  Case c;
  auto tx = testing::enrollment_tx(c.who, c.window, Sats{5}, c.params);
  CHECK(c.judge(tx, BurnHeight{105}, false).code() == Errc::enrollment_key_unknown);
  CHECK(c.judge(tx, BurnHeight{101}).code() == Errc::enrollment_key_too_new);
  CHECK(c.judge(tx, BurnHeight{102}).ok());
  tx.spent_scripts[0] = producer(1).wallet;
  CHECK(c.judge(tx, BurnHeight{105}).code() == Errc::enrollment_wrong_first_input);
  tx.spent_scripts.clear();
  CHECK(c.judge(tx, BurnHeight{105}).code() == Errc::enrollment_input_unknown);
}

TEST_CASE("open_window: recipients are used up whether or not anybody enrolls") {
  const Params params = tiny_params();
  const Anchor anchor{{}, {}, crypto::sha256({})};
  const OpenedWindow reward = open_window(params, TermNumber{0}, anchor, scripts(25));
  CHECK(reward.remaining.size() == 5);
  CHECK(reward.window.target() == TermNumber{2});
  const OpenedWindow prepare = open_window(params, TermNumber{4}, anchor, scripts(25));
  CHECK(prepare.remaining.size() == 25);
}

}  // namespace
}  // namespace quorate::consensus
