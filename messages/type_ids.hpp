// The one list of messages between actors, with their ids for CAF. Leave the order alone: an id is
// a place in this list.
#pragma once

#include <caf/type_id.hpp>

#include "messages/fields.hpp"
#include "messages/role_messages.hpp"
#include "messages/slot_messages.hpp"

#define QUORATE_ACTOR_MESSAGES(X) \
  X(Start)                        \
  X(TimerDue)                     \
  X(PeerChanged)                  \
  X(FrameArrived)                 \
  X(ChainNews)                    \
  X(KeeperQuestion)               \
  X(KeeperAnswer)                 \
  X(ChunkWrite)                   \
  X(ChunkHeld)                    \
  X(ChunkWriteRefused)            \
  X(ElectionAdvice)               \
  X(LeaderNews)                   \
  X(EpochNews)                    \
  X(ReplicaHeard)                 \
  X(ElectionHeard)                \
  X(ChainHeard)                   \
  X(TransactionsHeard)            \
  X(BurnHeard)                    \
  X(TransactionOffer)             \
  X(TransactionOutcome)           \
  X(BurnBlockArrived)             \
  X(BitcoinSubmission)            \
  X(CoinsQuestion)                \
  X(CoinsAnswer)                  \
  X(SignAnnouncement)             \
  X(AnnouncementSigned)           \
  X(LeadershipChanged)            \
  X(SlotQuestion)                 \
  X(SlotAnswer)                   \
  X(CommitDue)

CAF_BEGIN_TYPE_ID_BLOCK(quorate, caf::first_custom_type_id)
#define X(name) CAF_ADD_TYPE_ID(quorate, (quorate::messages::name))
QUORATE_ACTOR_MESSAGES(X)
#undef X
CAF_END_TYPE_ID_BLOCK(quorate)

namespace quorate::messages {

#define X(name) \
  template <>   \
  inline constexpr const char* actor_message_name<name> = #name;
QUORATE_ACTOR_MESSAGES(X)
#undef X

#define X(name)                                                   \
  extern template std::string blob_of<name>(const name& message); \
  extern template bool from_blob<name>(name & message, const std::string& blob);
QUORATE_ACTOR_MESSAGES(X)
#undef X

/// Makes every message of the list known to an actor system's configuration.
void register_types(caf::actor_system_config& config);

}  // namespace quorate::messages
