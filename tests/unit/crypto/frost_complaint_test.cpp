#include "crypto/frost_complaint.hpp"

#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

constexpr MemberIndex dealer{0}, victim{2}, bystander{1};

struct Trial {
  KeygenConfig config = config_of({3, 2, 2}, 5);
  DealingRef dealing;
  Complaint complaint;

  explicit Trial(const std::function<void(OpenDealer&)>& cheat) {
    OpenDealer open{config, 11};
    cheat(open);
    dealing = parse_dealing(config, SharedBytes{open.deal(config, dealer)}).value();
    complaint = complain(config, *dealing, victim, host_key(2), random32(5, 2)).value();
  }
  [[nodiscard]] Verdict verdict() const { return judge(config, *dealing, complaint).value(); }
};

void wrong_share_for_victim(OpenDealer& open) {
  open.send = [](MemberIndex q, SlotIndex id, Scalar s) {
    return q == victim && id.value == 6 ? s + Scalar{1} : s;
  };
}

}  // namespace

TEST_CASE("judge: a wrong share convicts the dealer, whoever judges") {
  const Trial trial{wrong_share_for_victim};
  const Verdict expected{Verdict::Guilty::dealer, dealer, Errc::bad_share};
  CHECK(trial.verdict() == expected);
  CHECK(trial.verdict() == expected);  // deterministic
}

TEST_CASE("judge: errors that cancel in a plain sum still convict") {
  const Trial trial{[](OpenDealer& open) {
    open.send = [](MemberIndex q, SlotIndex id, Scalar s) {
      if (q != victim) return s;
      return id.value == 5 ? s + Scalar{1} : s - Scalar{1};
    };
  }};
  CHECK(trial.verdict().guilty == Verdict::Guilty::dealer);
}

TEST_CASE("judge: an unreadable box convicts the dealer") {
  Trial trial{[](OpenDealer&) {}};
  Bytes bytes = trial.dealing->bytes().get();
  bytes.back() ^= 1;  // the tag of the last recipient's box
  trial.dealing = parse_dealing(trial.config, SharedBytes{bytes}).value();
  const Verdict expected{Verdict::Guilty::dealer, dealer, Errc::unreadable_box};
  CHECK(trial.verdict() == expected);
}

TEST_CASE("judge: a zero share convicts the dealer") {
  const Trial trial{[](OpenDealer& open) {
    open.send = [](MemberIndex q, SlotIndex, Scalar s) { return q == victim ? Scalar{} : s; };
  }};
  CHECK(trial.verdict() == Verdict{Verdict::Guilty::dealer, dealer, Errc::bad_share});
}

TEST_CASE("judge: a complaint about a good box convicts the complainer") {
  const Trial trial{[](OpenDealer&) {}};
  CHECK(trial.verdict() == Verdict{Verdict::Guilty::complainer, victim, Errc::bad_complaint});
}

TEST_CASE("judge: a false shared point or a proof for another pair convicts the complainer") {
  const Verdict expected{Verdict::Guilty::complainer, victim, Errc::bad_dleq_proof};
  Trial trial{wrong_share_for_victim};
  trial.complaint.shared_point = host_key(9).public_key();
  CHECK(trial.verdict() == expected);
  trial = Trial{wrong_share_for_victim};
  trial.complaint.proof.bytes[63] ^= 1;
  CHECK(trial.verdict() == expected);
  // The bystander cannot use the victim's proof.
  trial = Trial{wrong_share_for_victim};
  trial.complaint.complainer = bystander;
  CHECK(trial.verdict() == Verdict{Verdict::Guilty::complainer, bystander, Errc::bad_dleq_proof});
}

TEST_CASE("judge: nothing is said about complaints that name nobody") {
  Trial trial{wrong_share_for_victim};
  trial.complaint.complainer = MemberIndex{3};
  CHECK(judge(trial.config, *trial.dealing, trial.complaint).code() == Errc::bad_complaint);
  trial.complaint.complainer = dealer;
  CHECK(judge(trial.config, *trial.dealing, trial.complaint).code() == Errc::bad_complaint);
  trial.complaint.complainer = victim;
  trial.complaint.dealer = bystander;
  CHECK(judge(trial.config, *trial.dealing, trial.complaint).code() == Errc::bad_complaint);
}

TEST_CASE("complain: only with the own key, never about oneself") {
  const Trial trial{[](OpenDealer&) {}};
  CHECK(complain(trial.config, *trial.dealing, victim, host_key(1), Hash256{}).code() ==
        Errc::not_a_signer);
  CHECK(complain(trial.config, *trial.dealing, dealer, host_key(0), Hash256{}).code() ==
        Errc::not_a_signer);
}

TEST_CASE("Complaint: 101 bytes, decoding undoes encoding, cuts are refused") {
  const Trial trial{wrong_share_for_victim};
  const Bytes bytes = encode(trial.complaint);
  CHECK(bytes.size() == 101);
  CHECK(decode<Complaint>(bytes).value() == trial.complaint);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(decode<Complaint>(ByteView{bytes}.first(n)).ok());
  }
  // Frozen layout.
  CHECK(to_hex(bytes).substr(0, 8) == "00000002");
}
