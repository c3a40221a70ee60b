/** The studio in a page: the frame around the page that the address names. */
import { render } from 'preact';
import { Shell } from './shell/shell.tsx';
import { followTheme } from './shell/theme.ts';
import './style/base.css';
import './style/shell.css';
import './style/controls.css';
import './style/page.css';

followTheme();
render(<Shell />, document.body);
