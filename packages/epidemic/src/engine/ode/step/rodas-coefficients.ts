/**
 * RODAS, a Rosenbrock method of order 4 with an embedded solution of order 3 and a dense output of order 3; stiffly accurate
 * and L-stable. Source: Hairer, Wanner, "Solving ordinary differential equations II", 2nd edition 1996, section VI.4 (the
 * coefficients of `RODAS4` there). With U_i the stages of a step of length h from y0 of the autonomous system y' = f(y):
 *
 *     (1/(hγ) − f'(y0)) U_i = f(y0 + Σ a_ij U_j) + Σ c_ij U_j / h,   i = 1..6
 *
 * The argument of stage 6 is that of stage 5 plus U5; y1 is that plus U6, and U6 the estimate of the error.
 *
 *     y(t0 + θh) = y0 (1 − θ) + θ (y1 + (1 − θ)(Σ d2_j U_j + θ Σ d3_j U_j))
 */
export const GAMMA = 0.25;

export const A21 = 1.544;
export const A31 = 0.9466785280815826;
export const A32 = 0.2557011698983284;
export const A41 = 3.314825187068521;
export const A42 = 2.896124015972201;
export const A43 = 0.9986419139977817;
export const A51 = 1.221224509226641;
export const A52 = 6.019134481288629;
export const A53 = 12.53708332932087;
export const A54 = -0.687886036105895;

export const C21 = -5.6688;
export const C31 = -2.430093356833875;
export const C32 = -0.2063599157091915;
export const C41 = -0.1073529058151375;
export const C42 = -9.594562251023355;
export const C43 = -20.47028614809616;
export const C51 = 7.496443313967647;
export const C52 = -10.24680431464352;
export const C53 = -33.99990352819905;
export const C54 = 11.7089089320616;
export const C61 = 8.083246795921522;
export const C62 = -7.981132988064893;
export const C63 = -31.52159432874371;
export const C64 = 16.31930543123136;
export const C65 = -6.058818238834054;

export const D21 = 10.12623508344586;
export const D22 = -7.487995877610167;
export const D23 = -34.80091861555747;
export const D24 = -7.992771707568823;
export const D25 = 1.025137723295662;
export const D31 = -0.6762803392801253;
export const D32 = 6.087714651680015;
export const D33 = 16.43084320892478;
export const D34 = 24.76722511418386;
export const D35 = -6.594389125716872;
