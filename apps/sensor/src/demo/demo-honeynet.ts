/** The honeynet of `wormwood net up --demo`: an office behind two routers, with machines that never were. */

export const DEMO_CONFIGURATION: string = `
route entry 10.3.0.1 network 10.3.0.0/16
route 10.3.0.1 link 10.3.0.0/24
route 10.3.0.1 add net 10.3.1.0/24 10.3.1.1 latency 5ms
route 10.3.1.1 link 10.3.1.0/24

create default
set default default tcp action reset
set default default udp action reset

create desktop
set desktop default tcp action reset
add desktop tcp port 135 open
add desktop tcp port 139 open
add desktop tcp port 445 open

create server
set server default tcp action reset
add server tcp port 22 open
add server tcp port 80 open
add server udp port 53 open

create printer
set printer default tcp action filtered
add printer tcp port 80 open
add printer tcp port 9100 open

bind 10.3.0.1 default
bind 10.3.1.1 default
${binds('desktop', '10.3.0', 20, 60)}
${binds('server', '10.3.1', 10, 16)}
${binds('printer', '10.3.1', 200, 204)}
`;

function binds(template: string, prefix: string, first: number, last: number): string {
  return Array.from({ length: last - first }, (_, i) => `bind ${prefix}.${first + i} ${template}`).join('\n');
}
