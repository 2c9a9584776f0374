#include "actors/mempool_machine.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::messages;

namespace {

const Instant start{1'000'000};

SharedBytes bytes_of(std::uint8_t n) { return SharedBytes{Bytes{n, n, n}}; }
Txid id_of(std::uint8_t n) { return Txid::from(crypto::sha512_256(bytes_of(n).view()).view()); }

template <class T>
std::vector<T> only(const MempoolEffects& effects) {
  std::vector<T> out;
  for (const auto& e : effects) {
    if (const T* hit = std::get_if<T>(&e)) out.push_back(*hit);
  }
  return out;
}

/// A machine that has admitted transaction n from a client, with its gossip timer armed.
Timer admit(MempoolMachine& m, std::uint8_t n) {
  const auto asked = m.step(start, SubmitTransaction{n, bytes_of(n)}).value();
  const auto question = only<AskAdmission>(asked).at(0).request;
  const auto answered =
      m.step(start, AdmissionAnswer{question.token, id_of(n), true, 0}).value();
  CHECK(only<SubmitAnswer>(answered).at(0).token == n);
  return only<ArmTimer>(answered).at(0).timer;
}

}  // namespace

TEST_CASE("mempool machine: an admitted transaction is told to peers taking turns") {
  MempoolLimits limits;
  limits.fanout = 1;
  MempoolMachine m{limits};
  (void)m.step(start, MempoolPeerSeen{PeerId{1}}).value();
  (void)m.step(start, MempoolPeerSeen{PeerId{2}}).value();
  const Timer timer = admit(m, 7);
  const auto first = m.step(start + MempoolLimits{}.gossip_period, timer).value();
  CHECK(only<SendTransactions>(first).at(0).peer == PeerId{1});
  const auto again = only<ArmTimer>(first).at(0);
  const auto second = m.step(again.at, again.timer).value();
  CHECK(only<SendTransactions>(second).at(0).peer == PeerId{2});
  // The old timer is stale: nothing happens.
  CHECK(m.step(again.at, timer).value().empty());
}

TEST_CASE("mempool machine: asks once for what it lacks, and takes only what it asked for") {
  MempoolMachine m{MempoolLimits{}};
  const MempoolFromPeer notice{PeerId{1}, TransactionsKnown{{id_of(1)}}};
  CHECK(only<SendTransactions>(m.step(start, notice).value()).size() == 1);
  CHECK(m.step(start, notice).value().empty());
  const MempoolFromPeer unasked{PeerId{1}, Transactions{{{bytes_of(2)}}}};
  CHECK(only<AskAdmission>(m.step(start, unasked).value()).empty());
  const MempoolFromPeer asked{PeerId{1}, Transactions{{{bytes_of(1)}}}};
  CHECK(only<AskAdmission>(m.step(start, asked).value()).size() == 1);
}

TEST_CASE("mempool machine: serves admitted transactions and forgets refused ones") {
  MempoolMachine m{MempoolLimits{}};
  (void)admit(m, 3);
  const MempoolFromPeer want{PeerId{1}, TransactionsWanted{{id_of(3), id_of(4)}}};
  const auto sent = only<SendTransactions>(m.step(start, want).value());
  CHECK(std::get<Transactions>(sent.at(0).message).bytes.size() == 1);

  const auto asked = m.step(start, SubmitTransaction{9, bytes_of(4)}).value();
  const auto token = only<AskAdmission>(asked).at(0).request.token;
  const auto refused =
      only<SubmitAnswer>(m.step(start, AdmissionAnswer{token, id_of(4), false, 5}).value());
  CHECK_FALSE(refused.at(0).admitted);
  CHECK(refused.at(0).reason == 5);
  CHECK(m.remembered() == 1);
}

TEST_CASE("mempool machine: a flood beyond the open questions is refused and changes nothing") {
  MempoolLimits limits;
  limits.in_question = 1;
  MempoolMachine m{limits};
  CHECK(m.step(start, SubmitTransaction{1, bytes_of(1)}).ok());
  CHECK(m.step(start, SubmitTransaction{2, bytes_of(2)}).code() == Errc::mempool_busy);
}
