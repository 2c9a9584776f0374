#include "messages/keygen_proof.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/keygen_world.hpp"

using namespace quorate;
using namespace quorate::messages;

namespace {

/// Three members; member 0 has dealt.
struct Scene {
  KeygenScene scene{test::scattered_set({3, 2, 2}), {{"ST000.block-producers"}, 5, {}},
                    test::test_network};
  crypto::KeygenConfig config{*keygen_config(scene.set, 0, test::test_network)};
  SharedBytes dealing{
      crypto::deal(config, MemberIndex{0}, test::member_key(0), Hash256{})->bytes};

  DealingFault fault(const SharedBytes& bytes) {
    DealingFault out;
    out.word = test::sign_word(scene, 0, ChunkVersion{1}, bytes);
    out.dealing.bytes = bytes;
    return out;
  }
  SharedBytes broken() const {
    Bytes copy = dealing.get();
    copy.pop_back();
    return SharedBytes{std::move(copy)};
  }
};

}  // namespace

TEST_CASE("judge: signed bytes that are no dealing convict; right ones do not") {
  Scene s;
  const auto verdict = judge(KeygenFault{s.fault(s.broken())}, s.scene);
  REQUIRE(verdict.ok());
  CHECK(verdict->guilty == crypto::Verdict::Guilty::dealer);
  CHECK(verdict->member == MemberIndex{0});
  CHECK(judge(KeygenFault{s.fault(s.dealing)}, s.scene).code() == Errc::no_fault_shown);
}

TEST_CASE("judge: words of somebody else, another attempt or other bytes convict nobody") {
  Scene s;
  DealingFault fault = s.fault(s.broken());
  fault.dealer = MemberIndex{1};
  CHECK(judge(KeygenFault{fault}, s.scene).code() == Errc::fault_unsigned);
  fault.dealer = MemberIndex{7};
  CHECK(judge(KeygenFault{fault}, s.scene).code() == Errc::fault_unsigned);
  fault = s.fault(s.broken());
  fault.attempt = 1;
  CHECK(judge(KeygenFault{fault}, s.scene).code() == Errc::fault_unsigned);
  fault = s.fault(s.dealing);
  fault.dealing.bytes = s.broken();
  CHECK(judge(KeygenFault{fault}, s.scene).code() == Errc::fault_unsigned);
}

TEST_CASE("judge: a dealing in pieces convicts through its manifest") {
  Scene s;
  const SharedBytes bytes = s.broken();
  const auto slots = split_dealing(bytes, 200, 100);
  REQUIRE(slots.ok());
  DealingFault fault;
  fault.word = test::sign_word(s.scene, 0, ChunkVersion{1}, slots->front());
  fault.manifest.bytes = slots->front();
  fault.dealing.bytes = bytes;
  CHECK(judge(KeygenFault{fault}, s.scene).ok());
  fault.dealing.bytes = s.dealing;
  CHECK(judge(KeygenFault{fault}, s.scene).code() == Errc::fault_unsigned);
}

TEST_CASE("judge: an honest manifest shown without what it cuts convicts nobody") {
  Scene s;
  const auto slots = split_dealing(s.dealing, 200, 100);
  REQUIRE(slots.ok());
  DealingFault fault;
  fault.word = test::sign_word(s.scene, 0, ChunkVersion{1}, slots->front());
  fault.dealing.bytes = slots->front();
  CHECK(judge(KeygenFault{fault}, s.scene).code() == Errc::no_fault_shown);
}

TEST_CASE("judge: a complaint about a good box convicts who made it, if they proved it") {
  Scene s;
  const auto parsed = crypto::parse_dealing(s.config, s.dealing);
  REQUIRE(parsed.ok());
  DealingFault fault = s.fault(s.dealing);
  fault.complaint =
      *crypto::complain(s.config, **parsed, MemberIndex{1}, test::member_key(1), {});
  const auto verdict = judge(KeygenFault{fault}, s.scene);
  REQUIRE(verdict.ok());
  CHECK(verdict->guilty == crypto::Verdict::Guilty::complainer);
  CHECK(verdict->member == MemberIndex{1});
  fault.complaint->proof.bytes[5] ^= 1;
  CHECK(judge(KeygenFault{fault}, s.scene).code() == Errc::no_fault_shown);
}

TEST_CASE("check: two words of one version convict, whatever else does not") {
  Scene s;
  DealerEquivocation fault{MemberIndex{0}, test::sign_word(s.scene, 0, ChunkVersion{1}, s.dealing),
                           test::sign_word(s.scene, 0, ChunkVersion{1}, s.broken())};
  CHECK(check(fault, s.scene).ok());
  CHECK(judge(KeygenFault{fault}, s.scene)->reason == Errc::dealer_equivocated);
  CHECK(decode<KeygenFault>(encode(KeygenFault{fault})).value() == KeygenFault{fault});
  DealerEquivocation other = fault;
  other.second = other.first;
  CHECK(check(other, s.scene).code() == Errc::equivocation_not_proven);
  other = fault;
  other.second = test::sign_word(s.scene, 0, ChunkVersion{2}, s.broken());
  CHECK(check(other, s.scene).code() == Errc::equivocation_not_proven);
  other = fault;
  other.second = test::sign_word(s.scene, 1, ChunkVersion{1}, s.broken());
  CHECK(check(other, s.scene).code() == Errc::fault_unsigned);
}
