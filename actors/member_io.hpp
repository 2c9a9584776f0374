// What the producer and the stacker signer hear and order. Members talk to other members through
// Stacker DBs and through nothing else (election votes apart). Source: SIP "Facilities for
// Signature Generation".
#pragma once

#include "actors/wallet_io.hpp"
#include "messages/role_messages.hpp"

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
using MemberInput = std::variant<messages::ChainEvent, messages::KeeperReply, ChunkSeen,
                                 ChunkRefused, messages::LeaderNews, messages::EpochNews,
                                 messages::SignAnnouncement, Timer>;

/// Writes a signed chunk to the own node's replica of `chunk.db`.
struct WriteChunk {
  consensus::Chunk chunk;
  messages::Audience audience{messages::Audience::everybody};
};
struct AskKeeper {
  messages::KeeperRequest request;
};
/// To the own election participant.
using ElectionOrder = std::variant<messages::ElectionTerm, messages::ElectionProgress,
                                   messages::ElectionWork, messages::ElectionSeen>;

/// A fault of a named member with its proof, for the operator and the report.
struct EvidenceFound {
  GroupKind group{};
  std::uint64_t generation{};
  crypto::PublicKey member;
  std::string kind;  ///< "two_prepares", "two_proposals", "bad_share", "bad_dealing", …
  Bytes proof;
};
using MemberEffect = std::variant<Persist, ArmTimer, WriteChunk, AskKeeper, ElectionOrder,
                                  messages::AnnouncementSigned,
                                  messages::LeadershipChanged, EvidenceFound, Note>;
using MemberEffects = std::vector<MemberEffect>;

}  // namespace quorate::actors
