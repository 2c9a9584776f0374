// What the producer and the stacker signer hear and order. Members talk to other members through
// Stacker DBs and through nothing else (election votes apart). Source: SIP "Facilities for Signature
// Generation".
#pragma once

#include "actors/effects.hpp"
#include "messages/announcement.hpp"
#include "messages/chain_events.hpp"
#include "messages/election_messages.hpp"

namespace quorate::actors {

/// A chunk was accepted by this node's replica (own, remote, or restored at start).
struct ChunkSeen {
  consensus::Chunk chunk;
};
/// The own replica's answer to a write.
struct ChunkRefused {
  consensus::DbAddress db;
  consensus::ChunkSlot slot;
  ChunkVersion version;
  Errc reason{};
  ChunkVersion standing;
};
/// The own node's election participant learned the leader of an epoch.
struct LeaderKnown {
  messages::LeaderCertificate certificate;
};
using MemberInput = std::variant<messages::ChainEvent, messages::KeeperReply, ChunkSeen,
                                 ChunkRefused, LeaderKnown, messages::SignAnnouncement, Timer>;

/// Writes a signed chunk to the own node's replica of `chunk.db`.
struct WriteChunk {
  consensus::Chunk chunk;
};
struct AskKeeper {
  messages::KeeperRequest request;
};
/// To the own election participant: the set and term it votes in now.
struct ElectionTerm {
  consensus::SignerSet set;
  TermNumber term;
  MemberIndex self;
};
/// To the own election participant: a height or attempt was decided.
struct ElectionProgress {
  TermNumber term;
};
/// To the own election participant: seen in a member's state chunk.
struct ElectionSeen {
  TermNumber term;
  MemberIndex member;
  std::uint32_t epoch{};
  std::optional<messages::LeaderCertificate> certificate;
};
using ElectionOrder = std::variant<ElectionTerm, ElectionProgress, ElectionSeen>;

/// A fault of a named member with its proof, for the operator and the report.
struct EvidenceFound {
  GroupKind group{};
  std::uint64_t generation{};
  crypto::PublicKey member;
  std::string kind;  ///< "two_prepares", "two_proposals", "bad_share", "bad_dealing", …
  Bytes proof;
};
/// One line for the operator's log.
struct Note {
  std::string text;
};

using MemberEffect = std::variant<Persist, ArmTimer, WriteChunk, AskKeeper, ElectionOrder,
                                  messages::AnnouncementSigned,
                                  messages::LeadershipChanged, EvidenceFound, Note>;
using MemberEffects = std::vector<MemberEffect>;

}  // namespace quorate::actors
