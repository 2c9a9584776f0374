// Small states with every field filled, for codec tests.
#pragma once

#include "messages/keygen_proof.hpp"
#include "messages/signing_proof.hpp"

namespace quorate::test {

template <class T>
T filled(std::uint8_t byte) {
  T out;
  out.bytes.fill(byte);
  return out;
}

inline messages::KeygenState sample_keygen_state() {
  messages::KeygenState s;
  s.attempt = 1;
  s.cid = filled<Hash256>(0x11);
  s.confirmed = BitVector{3};
  s.confirmed.set(0);
  s.confirmed.set(2);
  s.dealing_hashes = {filled<Hash256>(0x21), filled<Hash256>(0x22)};
  s.complaints = {{MemberIndex{1}, filled<Hash256>(0x23), filled<crypto::PublicKey>(0x24),
                   filled<crypto::DleqProof>(0x25)}};
  using Signature = crypto::RecoverableSignature;
  s.equivocations = {{MemberIndex{1},
                      {ChunkVersion{2}, filled<Hash256>(0x31), filled<Signature>(0x32)},
                      {ChunkVersion{2}, filled<Hash256>(0x33), filled<Signature>(0x34)}}};
  s.offered = {{GroupKind::stackers, 9, 1, s.cid, s.confirmed, s.dealing_hashes,
                filled<Hash256>(0x41), filled<crypto::PublicKey>(0x42)}};
  return s;
}

inline messages::SigningState sample_signing_state() {
  messages::SigningState s;
  s.cid = filled<Hash256>(0x11);
  s.nonces = crypto::NonceCommitments{
      filled<crypto::BatchId>(0x12), 5, {filled<crypto::PublicNonce>(0x13)}};
  messages::PostedRequest request;
  request.instance.group = GroupKind::stackers;
  request.instance.generation = 9;
  request.instance.term = TermNumber{8};
  request.instance.height = BlockHeight{77};
  request.instance.attempt = 1;
  request.view = {3, 0};
  request.subject = {crypto::SigningSubject::Kind::sighash, filled<Hash256>(0x14),
                     {{filled<Hash256>(0x15), crypto::TweakMode::x_only}}};
  request.entries = {{MemberIndex{2}, filled<crypto::BatchId>(0x16), 6,
                      filled<crypto::PublicNonce>(0x17)}};
  s.requests = {request};
  s.shares = {{filled<crypto::SessionId>(0x18), 6, filled<crypto::PartialSignature>(0x19),
               filled<crypto::SchnorrSignature>(0x1a)}};
  s.rejects = {{filled<crypto::SessionId>(0x1b), messages::RejectReason::too_many}};
  return s;
}

/// Two members with two and one slots.
inline consensus::SignerSet sample_set() {
  consensus::SignerSet set;
  set.generation = 5;
  set.total_slots = 3;
  const auto key = [](std::uint8_t n) {
    return crypto::SecretKey::derive("quorate/test-sample", Bytes{n}).public_key();
  };
  set.members = {{key(0), {SlotIndex{0}, SlotIndex{2}}}, {key(1), {SlotIndex{1}}}};
  return set;
}

}  // namespace quorate::test
