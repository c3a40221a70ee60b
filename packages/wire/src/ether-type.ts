/** What an Ethernet frame, a GRE packet or a cooked capture carries, as the number that its header says (IEEE 802 numbers). */
export const etherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  vlanService: 0x88a8,
} as const;
