// What a replica answers its node's clients. Reads only; a write is an input of the machine.
// Source: SIP "Stacker DBs" (the read endpoint; "Clients may query").
#pragma once

#include "actors/replica_peer_machine.hpp"
#include "messages/slot_messages.hpp"

namespace quorate::actors {

/// The array that a client means. @returns no_such_db.
[[nodiscard]] Result<consensus::ContractView> choose_array(const ReplicaPeerMachine& machine,
                                                           const messages::ArrayChoice& choice);

[[nodiscard]] messages::SlotReply answer(const ReplicaPeerMachine& machine,
                                         const messages::SlotRead& request);
[[nodiscard]] messages::SlotReply answer(const ReplicaPeerMachine& machine,
                                         const messages::SlotsWanted& request);
[[nodiscard]] messages::SlotReply answer(const ReplicaPeerMachine& machine,
                                         const messages::HoldingsWanted& request);
[[nodiscard]] messages::SlotReply answer(const ReplicaPeerMachine& machine,
                                         const messages::EvidenceWanted& request);

/// Every open array, newest last.
[[nodiscard]] std::vector<messages::ArrayLine> array_lines(const ReplicaPeerMachine& machine);

}  // namespace quorate::actors
