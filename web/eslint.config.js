import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {ignores: ['dist/', 'node_modules/', '*.config.js', 'scripts/', 'e2e/']},
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {parserOptions: {project: true, tsconfigRootDir: import.meta.dirname}},
    plugins: {'react-hooks': hooks},
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      'max-lines': ['error', 400],
      'no-restricted-properties': [
        'error',
        {property: 'innerHTML', message: 'values of events show as text'},
        {property: 'outerHTML', message: 'values of events show as text'},
        {property: 'dangerouslySetInnerHTML', message: 'values of events show as text'},
      ],
    },
  },
);
